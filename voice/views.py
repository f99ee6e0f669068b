"""REST of voice, in mediasoup's shapes: parse → service, query or call → response."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import actor_of, session_of
from api import limits, params
from api.base import ApiViewSet
from api.envelope import Deleted
from api.errors import ValidationFailed
from api.pagination import paged
from api.responses import created, deleted, ok
from api.schema import describe
from rooms import access as rooms_access
from rooms.access import Permission
from voice import access, calls, payloads, queries, services
from voice import schema as _schema  # noqa: F401  (tells the OpenAPI schema of our fields)
from voice.ice_servers import ice_servers
from voice.models import VoiceSession
from voice.serializers import (
    Connect,
    Consume,
    NewMetrics,
    NewTransport,
    Produce,
    SessionChanges,
    StateOfOther,
    TransportRef,
)
from voice.sfu.ortc_router import router_capabilities

SERVER = OpenApiParameter(
    "serverId",
    {"type": "string", "pattern": "^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$"},
    description="Only rooms of this server.",
)


class AboutViewSet(ApiViewSet):
    """What one needs before a call."""

    @describe("What the media takes and gives", answer=payloads.RouterCapabilities)
    def capabilities(self, request: Request) -> Response:
        """For mediasoup-client's `Device.load`; the same for every room."""
        caps: Any = router_capabilities()
        return ok(
            payloads.RouterCapabilities(
                codecs=caps["codecs"], header_extensions=caps["headerExtensions"]
            )
        )

    @describe("STUN and TURN servers", answer=payloads.IceServers)
    def ice_servers(self, request: Request) -> Response:
        """With credentials of one's own, good for some hours."""
        return ok(ice_servers(str(actor_of(request).pk)))


class TransportViewSet(ApiViewSet):
    """Ways in and out."""

    raw_fields = frozenset({"dtlsParameters"})

    @describe(
        "Sit down, and make a way in",
        answer=payloads.TransportOptions,
        status=201,
        body=NewTransport,
        errors=(403, 404, 409, 410),
    )
    def send(self, request: Request) -> Response:
        """The first transport joins the room's voice; without a sessionId others find it."""
        return self._create(request, "send")

    @describe(
        "Sit down, and make a way out",
        answer=payloads.TransportOptions,
        status=201,
        body=NewTransport,
        errors=(403, 404, 409, 410),
    )
    def recv(self, request: Request) -> Response:
        """As `voice/transport/send`, for what one hears."""
        return self._create(request, "recv")

    def _create(self, request: Request, direction: str) -> Response:
        wanted, actor = NewTransport.read(request), actor_of(request)
        if wanted.get("session_id"):
            session = access.get_session_of(actor, wanted["session_id"])
        else:
            limits.hit("voice_join", str(actor.pk))
            session = calls.seat(
                actor,
                ref=wanted["channel_id"],
                sign_in=session_of(request),
                muted=wanted.get("muted", False),
                deafened=wanted.get("deafened", False),
            )
        call = calls.create_transport(session, direction)
        return created(calls.run(call, payloads.TransportOptions))

    @describe("Connect a transport", answer=payloads.PartRef, body=Connect, errors=(404, 409))
    def connect(self, request: Request) -> Response:
        """What mediasoup-client's `connect` event says."""
        wanted = Connect.read(request)
        call = calls.connect(actor_of(request), wanted["transport_id"], wanted["dtls_parameters"])
        return ok(calls.run(call, payloads.PartRef))

    @describe("Restart ICE", answer=payloads.IceRestart, body=TransportRef, errors=(404, 409))
    def restart_ice(self, request: Request) -> Response:
        """New credentials; the old ones are good until these are used."""
        wanted = TransportRef.read(request)
        call = calls.restart_ice(actor_of(request), wanted["transport_id"])
        return ok(calls.run(call, payloads.IceRestart))


class ProducerViewSet(ApiViewSet):
    """What one sends."""

    raw_fields = frozenset({"rtpParameters"})

    @describe(
        "Send something", answer=payloads.PartRef, status=201, body=Produce, errors=(403, 404, 409)
    )
    def create(self, request: Request) -> Response:
        """What mediasoup-client's `produce` event says."""
        wanted = Produce.read(request)
        call = calls.produce(
            actor_of(request),
            wanted["transport_id"],
            kind=wanted["kind"],
            rtp_parameters=wanted["rtp_parameters"],
            source=(wanted.get("app_data") or {}).get("source") or "",
            paused=wanted.get("paused", False),
        )
        return created(calls.run(call, payloads.PartRef))

    @describe("Stop sending something", answer=Deleted)
    def destroy(self, request: Request, part_id: str) -> Response:
        """Those who consume it hear of it."""
        calls.run(calls.on_part(actor_of(request), "close", part_id), payloads.PartRef)
        return deleted(part_id)

    @describe("Let it rest", answer=payloads.PartRef, errors=(409,))
    def pause(self, request: Request, part_id: str) -> Response:
        """Nothing of it flows."""
        return _on_part(request, "pause", part_id)

    @describe("Let it go on", answer=payloads.PartRef, errors=(409,))
    def resume(self, request: Request, part_id: str) -> Response:
        """Unless something else keeps it silent."""
        return _on_part(request, "resume", part_id)


class ConsumerViewSet(ApiViewSet):
    """What one hears and sees."""

    raw_fields = frozenset({"rtpCapabilities"})

    @describe(
        "Hear or see something",
        answer=payloads.ConsumerOptions,
        status=201,
        body=Consume,
        errors=(404, 409),
    )
    def create(self, request: Request) -> Response:
        """For mediasoup-client's `consume`."""
        wanted = Consume.read(request)
        call = calls.consume(
            actor_of(request),
            wanted["transport_id"],
            producer_id=wanted["producer_id"],
            rtp_capabilities=wanted["rtp_capabilities"],
            paused=wanted.get("paused", False),
        )
        return created(calls.run(call, payloads.ConsumerOptions))

    @describe("No longer hear or see it", answer=Deleted)
    def destroy(self, request: Request, part_id: str) -> Response:
        """The others do not notice."""
        calls.run(calls.on_part(actor_of(request), "close", part_id), payloads.PartRef)
        return deleted(part_id)

    @describe("Let it rest", answer=payloads.PartRef, errors=(409,))
    def pause(self, request: Request, part_id: str) -> Response:
        """Nothing of it flows."""
        return _on_part(request, "pause", part_id)

    @describe("Let it go on", answer=payloads.PartRef, errors=(409,))
    def resume(self, request: Request, part_id: str) -> Response:
        """A picture goes on with its next key frame."""
        return _on_part(request, "resume", part_id)


def _on_part(request: Request, method: str, part_id: str) -> Response:
    return ok(calls.run(calls.on_part(actor_of(request), method, part_id), payloads.PartRef))


class StateViewSet(ApiViewSet):
    """Who sits where."""

    @describe("Who sits in voice", answer=payloads.VoiceState, many=True, query=(SERVER,))
    def list(self, request: Request) -> Response:
        """In every room one sees; the list comes whole."""
        wanted = params.text(request, "serverId")
        server_id = rooms_access.as_uuid(wanted) if wanted else None
        if wanted and server_id is None:
            raise ValidationFailed.of("serverId", "invalid", "This is no id.")
        return ok(queries.show(queries.list_states(actor_of(request), server_id)))

    @describe("Who sits in a room's voice", answer=payloads.VoiceState, many=True, errors=(403,))
    def of_room(self, request: Request, ref: str) -> Response:
        """For those who see the room."""
        room = rooms_access.get_room_for(actor_of(request), ref, Permission.VIEW)
        return ok(queries.states_of_room(str(room.pk)))

    @describe(
        "What can be consumed in a room",
        answer=payloads.Producer,
        many=True,
        errors=(403, 409, 410),
    )
    def producers(self, request: Request, ref: str) -> Response:
        """For those who may sit there."""
        room, _ = access.get_room_to_join(actor_of(request), ref)
        return ok(calls.list_producers(room.pk))

    @describe(
        "Silence or move somebody",
        answer=payloads.VoiceState,
        many=True,
        body=StateOfOther,
        errors=(403, 409),
    )
    def change(self, request: Request, ref: str, user_id: str) -> Response:
        """Answers with who sits in the room then."""
        wanted, actor = StateOfOther.read(request), actor_of(request)
        if "server_muted" in wanted:
            services.set_server_muted(
                actor, ref=ref, user_id=user_id, is_muted=wanted["server_muted"]
            )
        if "move_to" in wanted:
            services.move_person(actor, ref=ref, user_id=user_id, to=wanted["move_to"])
        return self.of_room(request, ref)


class SessionViewSet(ApiViewSet):
    """One's own voice session."""

    @describe("How you sit", answer=payloads.VoiceState)
    def retrieve(self, request: Request, session_id: str) -> Response:
        """As others see it."""
        return self._shown(access.get_session_of(actor_of(request), session_id))

    @describe("Mute or deafen yourself", answer=payloads.VoiceState, body=SessionChanges)
    def update(self, request: Request, session_id: str) -> Response:
        """The server obeys it, whatever the browser sends."""
        wanted = SessionChanges.read(request)
        return self._shown(services.set_state(actor_of(request), session_id=session_id, **wanted))

    @describe("Leave", answer=Deleted)
    def destroy(self, request: Request, session_id: str) -> Response:
        """Get up."""
        return deleted(services.leave(actor_of(request), session_id=session_id).pk)

    def _shown(self, session: VoiceSession) -> Response:
        return ok(queries.show([session])[0])


class MetricsViewSet(ApiViewSet):
    """How well people hear."""

    @describe(
        "Say how well you hear",
        answer=payloads.CallMetrics,
        status=201,
        body=NewMetrics,
        errors=(404,),
    )
    def create(self, request: Request) -> Response:
        """What the server cannot measure: resolution and frames per second."""
        wanted, actor = NewMetrics.read(request), actor_of(request)
        limits.hit("voice_metrics", str(actor.pk))
        session_id = str(wanted.pop("session_id"))
        bitrate = wanted.pop("bitrate", None)
        row = services.add_metrics(
            actor,
            session_id=session_id,
            bitrate=None if bitrate is None else int(bitrate),
            resolution=wanted.pop("resolution", None) or "",
            **wanted,
        )
        return created(payloads.metrics(row))

    @describe("Call quality in a room", answer=payloads.CallMetrics, paged=True, errors=(403,))
    def list(self, request: Request, ref: str) -> Response:
        """One's own; to those who manage the room everybody's. The newest first."""
        actor = actor_of(request)
        room = rooms_access.get_room_for(actor, ref, Permission.VIEW)
        return paged(request, queries.list_metrics(actor, room), payloads.metrics)
