"""The base classes of every REST view: limits before permission, bodies of any length, no 406.

They know no person's shape, only that a signed-in one has a primary key.
"""

from io import BytesIO
from typing import Any, ClassVar

from django.http import HttpRequest
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from api import limits
from api.addresses import client_address
from api.negotiation import AlwaysFirstRenderer


class BodyRequest(Request):
    """A request whose chunked body is read, too: DRF takes “no Content-Length” for “no body”."""

    def _load_stream(self) -> None:
        super()._load_stream()  # type: ignore[misc]
        if self._stream is None and "CONTENT_LENGTH" not in self._request.META:
            # Bounded by api.asgi.BodyLimit, and once more by the parser.
            body = self._request.body
            self._stream = BytesIO(body) if body else None


class ApiView(APIView):
    """One address.

    `raw_fields` names the fields of the body (in camelCase) below which keys are left as they are.
    """

    content_negotiation_class = AlwaysFirstRenderer
    raw_fields: ClassVar[frozenset[str]] = frozenset()
    is_throttled: ClassVar[bool] = True

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """DRF's, as a request that reads chunked bodies."""
        made = super().initialize_request(request, *args, **kwargs)
        made.__class__ = BodyRequest
        return made

    def perform_authentication(self, request: Request) -> None:
        """Authenticate, and count the request: also one that fails here, against its address.

        DRF would throttle last, so that a flood of bad tokens or of refused requests was free.
        """
        try:
            user = request.user
        except Exception:
            self.count_request(request, None)
            raise
        self.count_request(request, user)

    def count_request(self, request: Request, user: Any) -> None:
        """One request of this person, or of this address. Raises `RateLimited`."""
        if not self.is_throttled:
            return
        if user is not None and user.is_authenticated:
            limits.hit("signed_in", str(user.pk))
        else:
            limits.hit_address("anonymous", client_address(request.META))

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Which methods this address takes; CORS preflights are answered before they get here."""
        return Response(None, headers={"Allow": ", ".join(self.allowed_methods)})


class ApiViewSet(ViewSetMixin, ApiView):
    """The addresses of one kind of thing."""


class DoorView(ApiView):
    """An address for people without a token; whatever stands in Authorization is not looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
