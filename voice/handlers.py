"""Socket frames of voice (PROTOCOL.md, "Voice"): parse → service or call → reply.

A worker may take its time, so no frame holds up the socket's others: voice frames of one socket
run in their order, in a row of their own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from msgspec import Meta

from accounts.models import Session, User
from api import limits
from api.errors import Conflict, NotAuthenticated, ValidationFailed
from api.payloads import Payload
from realtime.handlers import Id
from realtime.protocol import Command
from realtime.registry import Later, on
from realtime.socket import Socket
from realtime.threads import run_db
from voice import access, calls, services, speaking
from voice.events import (
    VoiceAnswer,
    VoiceClosed,
    VoiceConnected,
    VoiceConsumed,
    VoiceIceRestarted,
    VoiceJoined,
    VoiceLeft,
    VoiceOffer,
    VoicePaused,
    VoiceProduced,
    VoiceResumed,
    VoiceStateChanged,
    VoiceTransportCreated,
    state_changed,
)
from voice.models import VoiceSession

Source = Literal["mic", "camera", "screen"]
Ortc = dict[str, Any]


class JoinVoice(Command):
    """A room by id, slug or code."""

    room_id: Annotated[str, Meta(min_length=1, max_length=128)]
    muted: bool = False
    deafened: bool = False


class SessionRef(Command):
    """One's own session."""

    session_id: Id


class NewTransport(SessionRef):
    """A way in ("send") or out ("recv")."""

    direction: Literal["send", "recv"]


class TransportRef(Command):
    """A transport of one's own."""

    transport_id: Id


class Connect(TransportRef):
    """Which certificate the client has."""

    dtls_parameters: Ortc


class AppData(Command):
    """What mediasoup-client's `produce` was told."""

    source: Source | None = None


class Produce(TransportRef):
    """What one sends from now on."""

    kind: Literal["audio", "video"]
    rtp_parameters: Ortc
    paused: bool = False
    source: Source | None = None
    app_data: AppData | None = None


class Consume(TransportRef):
    """What one hears or sees from now on."""

    producer_id: Id
    rtp_capabilities: Ortc
    paused: bool = False


class PartRef(Command):
    """A producer or a consumer of one's own: exactly one of them."""

    producer_id: Id | None = None
    consumer_id: Id | None = None


class SetState(SessionRef):
    """How one sits; what is left out stays."""

    muted: bool | None = None
    deafened: bool | None = None
    screen_sharing: bool | None = None


MAX_SDP = 60_000  # characters; a frame has 64 KiB
Sdp = Annotated[str, Meta(min_length=1, max_length=MAX_SDP)]


class Publish(SessionRef):
    """An offer of what one sends. `sources` says which section (by mid) is what; without it the
    first sound is the microphone's, the first picture the camera's, and the next ones the screen's.
    """

    negotiation_id: Id
    sdp: Sdp
    sources: Annotated[dict[str, Source], Meta(max_length=64)] = {}


class Subscribe(SessionRef):
    """`restart_ice`: for the connection that there is, from another address."""

    restart_ice: bool = False


class AnswerOffer(SessionRef):
    """The answer to `voice:offer`."""

    negotiation_id: Id
    sdp: Sdp


# --- in order -------------------------------------------------------------------------------------
_rows: dict[str, tuple[asyncio.Lock, list[int]]] = {}


def _in_order(socket: Socket, work: Callable[[], Awaitable[Payload]]) -> Later:
    """Run after the voice frames that came before on this socket."""
    lock, count = _rows.setdefault(socket.id, (asyncio.Lock(), [0]))
    count[0] += 1

    async def run() -> Payload:
        try:
            async with lock:
                return await work()
        finally:
            count[0] -= 1
            if not count[0]:
                _rows.pop(socket.id, None)

    return Later(run())


def _actor(user_id: str) -> User:
    return User.objects.get(pk=user_id)


# --- sitting --------------------------------------------------------------------------------------
@on("voice:join", JoinVoice, answers=(VoiceJoined,))
async def join(socket: Socket, data: JoinVoice) -> Later:
    """Sit down in a room's voice; wherever one sat before, one sits no longer."""

    async def work() -> VoiceJoined:
        await limits.ahit("voice_join", socket.user_id)
        session = await run_db(_join, socket.user_id, socket.session_id, data)
        return await calls.aenter(session)

    return _in_order(socket, work)


def _join(user_id: str, sign_in_id: str, data: JoinVoice) -> VoiceSession:
    sign_in = Session.objects.select_related("user").filter(pk=sign_in_id).first()
    if sign_in is None:
        raise NotAuthenticated
    return services.join(
        sign_in.user,
        ref=data.room_id,
        sign_in=sign_in,
        is_of_gateway=True,
        muted=data.muted,
        deafened=data.deafened,
    )


@on("voice:leave", SessionRef, answers=(VoiceLeft,))
async def leave(socket: Socket, data: SessionRef) -> Later:
    """Get up."""

    def write() -> VoiceLeft:
        session = services.leave(_actor(socket.user_id), session_id=data.session_id)
        room_id = str(session.room_id)
        return VoiceLeft(session_id=str(session.pk), room_id=room_id, reason="left")

    return _in_order(socket, lambda: run_db(write))


@on("voice:set_state", SetState, answers=(VoiceStateChanged,))
async def set_state(socket: Socket, data: SetState) -> Later:
    """Mute or deafen oneself; the server obeys it, whatever the client sends."""

    def write() -> VoiceStateChanged:
        session = services.set_state(
            _actor(socket.user_id),
            session_id=data.session_id,
            muted=data.muted,
            deafened=data.deafened,
            screen_sharing=data.screen_sharing,
        )
        return state_changed(session, is_speaking=speaking.is_speaking(str(session.pk)))

    return _in_order(socket, lambda: run_db(write))


# --- transports -----------------------------------------------------------------------------------
@on("voice:transport", NewTransport, answers=(VoiceTransportCreated,))
async def create_transport(socket: Socket, data: NewTransport) -> Later:
    """A way in or out, for mediasoup-client."""

    def prepare() -> calls.Call:
        session = access.get_session_of(_actor(socket.user_id), data.session_id)
        return calls.create_transport(session, data.direction)

    return _ask(socket, prepare, VoiceTransportCreated)


@on("voice:connect", Connect, answers=(VoiceConnected,))
async def connect(socket: Socket, data: Connect) -> Later:
    """What mediasoup-client's `connect` event says."""
    return _ask(
        socket,
        lambda: calls.connect(_actor(socket.user_id), data.transport_id, data.dtls_parameters),
        VoiceConnected,
    )


@on("voice:restart_ice", TransportRef, answers=(VoiceIceRestarted,))
async def restart_ice(socket: Socket, data: TransportRef) -> Later:
    """New credentials, after an address has changed."""
    return _ask(
        socket,
        lambda: calls.restart_ice(_actor(socket.user_id), data.transport_id),
        VoiceIceRestarted,
    )


# --- producing and consuming ----------------------------------------------------------------------
@on("voice:produce", Produce, answers=(VoiceProduced,))
async def produce(socket: Socket, data: Produce) -> Later:
    """What mediasoup-client's `produce` event says."""
    source = data.source or (data.app_data.source if data.app_data else None) or ""
    return _ask(
        socket,
        lambda: calls.produce(
            _actor(socket.user_id),
            data.transport_id,
            kind=data.kind,
            rtp_parameters=data.rtp_parameters,
            source=source,
            paused=data.paused,
        ),
        VoiceProduced,
    )


@on("voice:consume", Consume, answers=(VoiceConsumed,))
async def consume(socket: Socket, data: Consume) -> Later:
    """Hear or see somebody."""
    return _ask(
        socket,
        lambda: calls.consume(
            _actor(socket.user_id),
            data.transport_id,
            producer_id=data.producer_id,
            rtp_capabilities=data.rtp_capabilities,
            paused=data.paused,
        ),
        VoiceConsumed,
    )


@on("voice:pause", PartRef, answers=(VoicePaused,))
async def pause(socket: Socket, data: PartRef) -> Later:
    """Nothing of it flows."""
    return _on_part(socket, data, "pause", VoicePaused)


@on("voice:resume", PartRef, answers=(VoiceResumed,))
async def resume(socket: Socket, data: PartRef) -> Later:
    """It goes on, unless something else keeps it silent."""
    return _on_part(socket, data, "resume", VoiceResumed)


@on("voice:close", PartRef, answers=(VoiceClosed,))
async def close(socket: Socket, data: PartRef) -> Later:
    """It is gone."""
    return _on_part(socket, data, "close", VoiceClosed)


def _on_part(socket: Socket, data: PartRef, method: str, kind: type[Payload]) -> Later:
    ref = data.producer_id or data.consumer_id
    if ref is None or (data.producer_id and data.consumer_id):
        raise ValidationFailed.of("producerId", "required", "Name one producer or consumer.")
    return _ask(socket, lambda: calls.on_part(_actor(socket.user_id), method, ref), kind)


def _ask(
    socket: Socket,
    prepare: Callable[[], calls.Call],
    kind: type[Payload],
) -> Later:
    async def work() -> Payload:
        return await calls.arun(await run_db(prepare), kind)

    return _in_order(socket, work)


# --- by SDP ---------------------------------------------------------------------------------------
def _negotiate(
    socket: Socket,
    prepare: Callable[[], calls.Call],
    kind: type[Payload],
    at_end: Callable[[], None] = lambda: None,
) -> Later:
    async def work() -> Payload:
        try:
            await limits.ahit("voice_negotiation", socket.user_id)
            return await calls.arun(await run_db(prepare), kind)
        finally:
            at_end()

    return _in_order(socket, work)


# (socket, session) whose offer is being answered; by socket, so that nobody stands in another's way
_negotiating: set[tuple[str, str]] = set()


@on("voice:publish", Publish, answers=(VoiceAnswer,))
async def publish(socket: Socket, data: Publish) -> Later:
    """Send what a plain RTCPeerConnection offers; one offer of a session at a time."""
    key = (socket.id, data.session_id)
    if key in _negotiating:
        raise Conflict("Wait for the answer to your offer first.")

    def prepare() -> calls.Call:
        return calls.publish(
            _actor(socket.user_id),
            data.session_id,
            negotiation_id=data.negotiation_id,
            sdp=data.sdp,
            sources=data.sources,
        )

    _negotiating.add(key)
    return _negotiate(socket, prepare, VoiceAnswer, lambda: _negotiating.discard(key))


@on("voice:subscribe", Subscribe, answers=(VoiceOffer,))
async def subscribe(socket: Socket, data: Subscribe) -> Later:
    """Hear and see all others. Further offers follow by themselves as people come and go."""

    def prepare() -> calls.Call:
        actor = _actor(socket.user_id)
        return calls.subscribe(actor, data.session_id, restart_ice=data.restart_ice)

    return _negotiate(socket, prepare, VoiceOffer)


@on("voice:answer", AnswerOffer, answers=(VoiceConnected,))
async def answer(socket: Socket, data: AnswerOffer) -> Later:
    """What of the server's offer one takes."""

    def prepare() -> calls.Call:
        actor, negotiation_id = _actor(socket.user_id), data.negotiation_id
        return calls.answer(actor, data.session_id, negotiation_id=negotiation_id, sdp=data.sdp)

    return _negotiate(socket, prepare, VoiceConnected)
