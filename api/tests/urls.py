"""Views for the tests of the REST floor: it has no domain of its own to try things on."""

from types import SimpleNamespace

from django.db import OperationalError
from django.http import HttpResponse
from django.urls import include, path
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.serializers import JSONField

from api.base import ApiView, DoorView
from api.errors import InvalidToken, NotFound
from api.responses import created, deleted, ok
from api.serializers import Input, Line, StrictInteger, StrictString
from api.urls import unknown_paths


class Token(BaseAuthentication):
    """`Bearer alice` is alice; any other token is bad."""

    def authenticate(self, request):
        header = request.headers.get("Authorization")
        if header is None:
            return None
        if not header.startswith("Bearer alice"):
            raise InvalidToken
        return SimpleNamespace(pk=header.removeprefix("Bearer "), is_authenticated=True), None

    def authenticate_header(self, request):
        return "Bearer"


class Thing(Input):
    display_name = Line(max_length=10, required=False)
    count = StrictInteger(min_value=0, max_value=2**31, required=False)
    word = StrictString(required=False)
    free = JSONField(required=False)


class EchoView(DoorView):
    def post(self, request):
        return created(request.data)

    def put(self, request):
        return ok(Thing.read(request))

    def delete(self, request):
        return deleted("1")


class RawView(DoorView):
    raw_fields = frozenset({"rtpParameters"})

    def post(self, request):
        return created(request.data)


class PrivateView(ApiView):
    authentication_classes = (Token,)
    permission_classes = (IsAuthenticated,)

    def get(self, request):
        return ok("hello", meta={"a": 1}, message="said")


class FailingView(DoorView):
    def get(self, request, how):
        raise {
            "bug": RuntimeError("a bug"),
            "database": OperationalError("the database system is starting up"),
            "missing": NotFound(),
        }[how]


def plain_bug(request):
    raise RuntimeError("outside REST")


def big_body(request):
    return HttpResponse(len(request.body))


urlpatterns = [
    path("api/echo", EchoView.as_view()),
    path("api/raw", RawView.as_view()),
    path("api/private", PrivateView.as_view()),
    path("api/failing/<str:how>", FailingView.as_view()),
    path("api/plain-bug", plain_bug),
    path("plain-bug", plain_bug),
    path("api/body", big_body),
    path("", include("api.urls")),
    *unknown_paths,
]
handler400 = "api.views.bad_request"
handler403 = "api.views.permission_denied"
handler404 = "api.views.page_not_found"
handler500 = "api.views.server_error"
