from django.http import JsonResponse
from django.urls import include, path
from request_token.decorators import use_request_token
from sesame.decorators import authenticate
from visitors.decorators import user_is_visitor


def who(request, **_):
    return JsonResponse({"user": request.user.pk})


urlpatterns = [
    path("reports/66", use_request_token(scope="report:66", required=True)(who)),
    path("account", use_request_token(scope="account", required=False)(who)),
    path("bookings/<int:pk>", authenticate(scope="booking:{pk}")(who)),
    path("visitors", user_is_visitor(scope="visit")(who)),
    path("magic-link/", include("magic_link.urls")),
]
