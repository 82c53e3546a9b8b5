"""Makes links with each of the ancestors, and prints them once each was good there."""

import json
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.utils import timezone
from magic_link.models import MagicLink
from request_token.models import RequestToken
from sesame.utils import get_query_string
from visitors.models import Visitor

in_an_hour = timezone.now() + timedelta(hours=1)
fred = Visitor.objects.create(email="fred@example.com", first_name="Fred", scope="visit", context={"seat": 12})
ginger = User.objects.create_user("ginger", "ginger@example.com", "x")


def token(**fields):
    return RequestToken.objects.create_token(**{"scope": "report:66", "expiration_time": in_an_hour, **fields})


links = {
    "none": token(max_uses=3, data={"seat": 12}).tokenise("/reports/66"),
    "request": token(login_mode="Request", user=ginger, max_uses=3).tokenise("/reports/66"),
    "session": token(scope="account", login_mode="Session", user=ginger, max_uses=2, expiration_time=None).tokenise("/account"),
    "session of a report": token(login_mode="Session", user=ginger, max_uses=2, expiration_time=None).tokenise("/reports/66"),
    "visitor": fred.tokenise("/visitors"),
    "magic": MagicLink.objects.create(user=ginger, redirect_to="/account").get_absolute_url(),
    "sesame": "/account?tab=2&" + get_query_string(ginger)[1:],
    "sesame of a booking": "/bookings/17" + get_query_string(ginger, scope="booking:17"),
}
# All but the middleware that is to come when they move in.
with override_settings(MIDDLEWARE=settings.MIDDLEWARE[1:]):
    for name, link in links.items():
        response = Client().get(link)
        assert response.status_code == (302 if name == "sesame" else 200), (name, response)
links["visitor's end"] = fred.expires_at.isoformat()
# A scanner is to see this one first.
links["scanned"] = "/account" + get_query_string(User.objects.create_user("fred", "fred@example.com", "x"))
# What has nothing left stays where it is, and so does what led nobody knows where.
token(scope="survey")
links["spent"] = token(max_uses=1, used_to_date=1).tokenise("/reports/66")
links["revoked"] = Visitor.objects.create(email="fred@example.com", scope="report:66", is_active=False).tokenise("/reports/66")
Visitor.objects.create(email="fred@example.com", scope="visit", expires_at=timezone.now() - timedelta(days=1))
token(expiration_time=timezone.now() - timedelta(days=1))
MagicLink.objects.create(user=ginger, logged_in_at=timezone.now())
print(json.dumps(links))
