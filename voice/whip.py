"""WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep): one offer, one answer, over plain HTTP.

So that OBS publishes straight into a channel, and a plain player shows one. Parse → call →
response. The sessions behind it are the same as everybody's.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework import exceptions as drf
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import actor_of, session_of
from api import limits
from api.base import ApiViewSet
from api.envelope import Deleted
from api.errors import UnsupportedMediaType, ValidationFailed
from api.responses import deleted
from api.schema import describe
from api.sdp import SDP, SdpParser, sdp_response
from voice import calls
from voice.ice_servers import ice_servers

NOT_THEIRS = (403, 404, 409, 410)


class ExchangeViewSet(ApiViewSet):
    """What both have in common. PATCH (trickle ICE, ICE restart) is 405 (RFC 9725 §4.3)."""

    parser_classes = (SdpParser,)

    def get_authenticators(self) -> list[Any]:
        """OPTIONS must not ask for a token (RFC 9725 §4.2)."""
        return [] if self._is_options() else super().get_authenticators()

    def get_permissions(self) -> list[Any]:
        """As with authenticators."""
        return [] if self._is_options() else list(super().get_permissions())

    def _is_options(self) -> bool:
        return getattr(self.request, "method", "") == "OPTIONS"

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Which methods, and what is taken."""
        response = super().options(request, *args, **kwargs)
        if "POST" in self.allowed_methods:
            response.headers["Accept-Post"] = SDP
        return response

    def exchange(self, request: Request, ref: str, method: str) -> HttpResponse:
        """Sit down as REST does, and answer the offer."""
        actor = actor_of(request)
        offer = _offer_of(request)
        limits.hit("voice_join", str(actor.pk))
        made = calls.exchange(actor, method, ref=ref, sign_in=session_of(request), sdp=offer)
        location = f"{request.path.rstrip('/')}/{made.id}"
        return sdp_response(made.sdp, Location=location, Link=_links(str(actor.pk)))

    def end(self, request: Request, ref: str, resource_id: str) -> Response:
        """Close the connection; who has no other leaves."""
        calls.end_exchange(actor_of(request), ref=ref, transport_id=resource_id)
        return deleted(resource_id)


class WhipViewSet(ExchangeViewSet):
    """Sending."""

    @describe(
        "Publish by WHIP", answer=str, status=201, body_type=SDP, answer_type=SDP, errors=NOT_THEIRS
    )
    def publish(self, request: Request, ref: str) -> HttpResponse:
        """The offer of OBS, or of any other sender, as the body; the answer as the body.

        `Location` is what to DELETE at the end. The first sound is sent as the microphone, the
        first picture as the camera, or as the screen where one's session sends these already.
        """
        return self.exchange(request, ref, "whip")

    @describe("Stop publishing", answer=Deleted)
    def destroy(self, request: Request, ref: str, resource_id: str) -> Response:
        """What it sent is gone; who has no other connection leaves."""
        return self.end(request, ref, resource_id)


class WhepViewSet(ExchangeViewSet):
    """Receiving."""

    @describe(
        "Watch by WHEP", answer=str, status=201, body_type=SDP, answer_type=SDP, errors=NOT_THEIRS
    )
    def watch(self, request: Request, ref: str) -> HttpResponse:
        """An offer to receive as the body; the answer as the body.

        Each section gets something that is sent there now: a screen before a camera, and the sound
        that goes with the picture before others. 409 while nothing fits.
        """
        return self.exchange(request, ref, "whep")

    @describe("Stop watching", answer=Deleted)
    def destroy(self, request: Request, ref: str, resource_id: str) -> Response:
        """Nothing comes any more; who has no other connection leaves."""
        return self.end(request, ref, resource_id)


def _offer_of(request: Request) -> str:
    try:
        data: Any = request.data
    except drf.UnsupportedMediaType:
        raise UnsupportedMediaType(f"Send {SDP}.") from None
    text = data.get("sdp", "")
    if not text:
        raise ValidationFailed.of("sdp", "required", "Send an SDP offer as the body.")
    return str(text)


def _links(user_id: str) -> str:
    """STUN and TURN servers (RFC 9725 §4.6)."""
    found = []
    for server in ice_servers(user_id).ice_servers:
        for url in server.urls:
            link = f'<{url}>; rel="ice-server"'
            if server.username:
                link += f'; username="{server.username}"; credential="{server.credential}"'
                link += '; credential-type="password"'
            found.append(link)
    return ", ".join(found)
