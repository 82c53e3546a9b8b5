"""Asks the README's middleware who calls, by the headers that come after moving in."""

import json

from django.contrib.auth.decorators import user_passes_test
from django.contrib.auth.models import User
from django.http import JsonResponse
from django.test import Client, override_settings
from django.urls import path


def who(request):
    v = getattr(request, "visitor", None)
    return JsonResponse({"user": request.user.get_username(), "is_visitor": request.user.is_visitor, "visitor": v and [v.full_name, v.scope, v.context]})


BYPASS
def staff(request):
    return who(request)


urlpatterns = [path("", who), path("staff", staff), path("healthz", who), path("healthz/more", who)]
everything_else = dict.fromkeys(["mode", "pass_id", "session_id", "scope", "subject", "visitor", "data"], "-")


def asked(headers=None, login=None, at="/"):
    client = Client(raise_request_exception=False)
    if login:
        client.force_login(login, "django.contrib.auth.backends.ModelBackend")
    said = {"access": "granted", "reason": "ok", **everything_else, **headers} if headers is not None else {}
    response = client.get(at, **{"HTTP_GATEPASS_" + key.upper(): value for key, value in said.items()})
    return json.loads(response.content) if response.status_code == 200 else response.status_code


with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gatepass.caller",
    "gatepass.user",
]):
    ginger, fred = User.objects.create_user("ginger"), User.objects.create_user("fred", is_staff=True)
    gone = User.objects.create_user("gone", is_active=False)
    of = lambda user, mode="request": {"mode": mode, "subject": str(user.pk)}
    visitor = {"mode": "visitor", "scope": "visit", "visitor": '{"email":"v@example.com","first_name":"Vi"}', "data": '{"seat": 12}'}
    both = {**visitor, "visitor": '{"email":"v@example.com","first_name":"Vi","last_name":"Si"}', "data": "-"}
    print(json.dumps({
        "nobody": asked({}),
        "a request pass": asked(of(ginger)),
        "a session pass": asked(of(ginger, "session")),
        "a pass of somebody who is gone": asked(of(gone)),
        "a pass of nobody's key": asked({"mode": "request", "subject": "4711"}),
        "a pass beside its person's login": asked(of(ginger), ginger),
        "a pass beside somebody else's login": asked(of(ginger), fred),
        "a token of the host's": asked(of(ginger, "host")),
        "a visitor": asked(visitor),
        "a visitor with both names, signed in": asked(both, ginger),
        "staff only, nobody": asked({}, at="/staff"),
        "staff only, a user": asked({}, ginger, at="/staff"),
        "staff only, staff": asked({}, fred, at="/staff"),
        "staff only, a visitor": asked(both, at="/staff"),
        "no headers": asked(),
        "no headers, the probe": asked(at="/healthz"),
        "no headers, not quite the probe": asked(at="/healthz/more"),
        **{key + " joined with the client's": asked({**of(ginger, "host"), key: f"{forged}, {value}"}) for key, forged, value in [
            ("access", "granted", "granted"), ("mode", "session", "host"), ("scope", "login", "-"), ("subject", "2", "1"),
            ("visitor", '{"email":"v@example.com"}', "-"), ("data", "1", "-"), ("pass_id", "2nILfOrwKtuYITjj", "-"), ("session_id", "x", "-")]},
    }))
