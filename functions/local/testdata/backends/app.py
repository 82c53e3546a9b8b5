"""A Django site that says who calls. gatepass.py beside it is the README's."""
from django.conf import settings

settings.configure(ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="for tests", ROOT_URLCONF=__name__, MIDDLEWARE=["gatepass.caller"])

import django
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse
from django.urls import re_path

django.setup()


def told(request):
    c, v = request.caller, request.visitor
    return JsonResponse({
        "access": c.access, "reason": c.reason, "mode": c.mode, "pass": c.pass_id, "session": bool(c.session_id), "scope": c.scope,
        "subject": c.subject, "data": c.data, "visitor": v and [v.email, v.first_name, v.last_name],
    })


urlpatterns = [re_path("^healthz", lambda request: HttpResponse("well")), re_path("", told)]

server = WSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
server.set_app(get_wsgi_application())
print(server.server_port, flush=True)
server.serve_forever()
