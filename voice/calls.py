"""What a session asks of its worker: from the door's words to the worker's, and the answer's shape.

Public ids of transports, producers and consumers name their session, so that any web process finds
the worker: `<session id without dashes>-<the worker's id>`. `Call`s are made in a thread (they
read the database) and run wherever the door waits: `run` for REST, `arun` for the socket.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from accounts.models import Session, User
from api.errors import NotFound, ParlorError, ValidationFailed
from api.payloads import Payload
from realtime.threads import run_db
from rooms.access import find_room
from voice import access, control, payloads, queries, services
from voice.control import Where
from voice.events import VoiceJoined
from voice.ice_servers import ice_servers
from voice.models import MediaRoom, VoiceSession
from voice.services.changes import seat_of
from voice.sfu.sdp import SdpError, parse_exchange

Shape = TypeVar("Shape", bound=Payload)
_PUBLIC_ID = re.compile(r"([0-9a-f]{32})-([0-9a-f]{16})")


class Call(NamedTuple):
    """One question to a worker, and what becomes of its answer."""

    place: Where
    method: str
    data: dict[str, Any]
    shape: Callable[[Any], dict[str, Any]]


def run(call: Call, kind: type[Shape]) -> Shape:
    """Ask, from a thread. Raises the worker's refusal, or Unavailable."""
    return kind(**call.shape(control.ask(call.place, call.method, call.data)))


async def arun(call: Call, kind: type[Shape]) -> Shape:
    """Ask, from an event loop."""
    return kind(**call.shape(await control.aask(call.place, call.method, call.data)))


# --- ids ------------------------------------------------------------------------------------------
def public_id(session_id: str, part_id: str) -> str:
    """What clients know a part by."""
    return f"{session_id.replace('-', '')}-{part_id}"


def _split(ref: str) -> tuple[str, str]:
    found = _PUBLIC_ID.fullmatch(ref)
    if found is None:
        raise NotFound("There is no such transport, producer or consumer.")
    return str(UUID(found[1])), found[2]


def _own(actor: User, ref: str) -> tuple[VoiceSession, str]:
    """The actor's session that a part belongs to, and the worker's id of the part."""
    session_id, part_id = _split(ref)
    return access.get_session_of(actor, session_id), part_id


def _call(
    session: VoiceSession,
    method: str,
    shape: Callable[[Any], dict[str, Any]],
    **data: Any,
) -> Call:
    data["sessionId"] = str(session.pk)
    return Call(control.where(session), method, data, shape)


# --- joining --------------------------------------------------------------------------------------
def enter(session: VoiceSession) -> Call:
    """Tell the worker who sits down."""
    return Call(control.where(session), "join", seat_of(session), lambda ok: _joined(session, ok))


def _joined(session: VoiceSession, ok: dict[str, Any]) -> dict[str, Any]:
    return {
        "session_id": str(session.pk),
        "room_id": str(session.room_id),
        "rtp_capabilities": ok["rtpCapabilities"],
        "ice_servers": ice_servers(str(session.user_id)).ice_servers,
        "participants": [],
        "producers": [producer(one) for one in ok["producers"]],
    }


def seat(actor: User, *, ref: str, sign_in: Session, muted: bool, deafened: bool) -> VoiceSession:
    """REST's way to sit down: the session that one has there by this sign-in, or a new one."""
    known = services.find_session(actor, ref=ref, sign_in=sign_in)
    if known is not None:
        return known
    session = services.join(
        actor, ref=ref, sign_in=sign_in, is_of_gateway=False, muted=muted, deafened=deafened
    )
    try:
        run(enter(session), VoiceJoined)
    except ParlorError:
        services.end_session(session.pk, "worker_lost")
        raise
    return session


async def aenter(session: VoiceSession) -> VoiceJoined:
    """The gateway's way: `voice:joined`. Who cannot be let in sits nowhere."""
    try:
        joined = await arun(enter(session), VoiceJoined)
    except ParlorError:
        await run_db(services.end_session, session.pk, "worker_lost")
        raise
    fields = {name: getattr(joined, name) for name in joined.__struct_fields__}
    room_id = str(session.room_id)
    return VoiceJoined(**fields | {"participants": await run_db(queries.states_of_room, room_id)})


# --- transports -----------------------------------------------------------------------------------
def create_transport(session: VoiceSession, direction: str) -> Call:
    """A way in ("send") or out ("recv")."""
    session_id = str(session.pk)

    def shape(ok: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": public_id(session_id, ok["id"]),
            "session_id": session_id,
            "ice_parameters": ok["iceParameters"],
            "ice_candidates": ok["iceCandidates"],
            "dtls_parameters": ok["dtlsParameters"],
        }

    return _call(session, "create_transport", shape, direction=direction)


def connect(actor: User, transport_id: str, dtls_parameters: Any) -> Call:
    """Which certificate the client has."""
    session, part = _own(actor, transport_id)
    return _call(
        session,
        "connect",
        lambda ok: {"id": transport_id},
        transportId=part,
        dtlsParameters=dtls_parameters,
    )


def restart_ice(actor: User, transport_id: str) -> Call:
    """New credentials, after the client's address has changed."""
    session, part = _own(actor, transport_id)
    return _call(
        session,
        "restart_ice",
        lambda ok: {"id": transport_id, "ice_parameters": ok},
        transportId=part,
    )


# --- producing and consuming ----------------------------------------------------------------------
def produce(
    actor: User,
    transport_id: str,
    *,
    kind: str,
    rtp_parameters: Any,
    source: str,
    paused: bool,
) -> Call:
    """Send this from now on."""
    session, part = _own(actor, transport_id)
    return _call(
        session,
        "produce",
        lambda ok: {"id": public_id(str(session.pk), ok)},
        transportId=part,
        kind=kind,
        rtpParameters=rtp_parameters,
        source=source,
        paused=paused,
    )


def consume(
    actor: User, transport_id: str, *, producer_id: str, rtp_capabilities: Any, paused: bool
) -> Call:
    """Hear or see this from now on. A producer of another room is NotFound."""
    session, part = _own(actor, transport_id)
    _, of_whom = _split(producer_id)

    def shape(ok: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": public_id(str(session.pk), ok["id"]),
            "producer_id": producer_id,
            "user_id": ok["userId"],
            "kind": ok["kind"],
            "source": ok["source"],
            "rtp_parameters": ok["rtpParameters"],
            "paused": ok["paused"],
            "producer_paused": ok["producerPaused"],
        }

    return _call(
        session,
        "consume",
        shape,
        transportId=part,
        producerId=of_whom,
        rtpCapabilities=rtp_capabilities,
        paused=paused,
    )


def on_part(actor: User, method: str, ref: str) -> Call:
    """pause, resume or close a producer or consumer of one's own."""
    session, part = _own(actor, ref)
    return _call(session, method, lambda ok: {"id": ref}, id=part)


# --- by SDP ---------------------------------------------------------------------------------------
def publish(
    actor: User, session_id: str, *, negotiation_id: str, sdp: str, sources: Mapping[str, str]
) -> Call:
    """Send what this offer says from now on; `sources` by mid."""
    session = access.get_session_of(actor, session_id)

    def shape(ok: dict[str, Any]) -> dict[str, Any]:
        about = {"userId": str(session.user_id), "sessionId": str(session.pk)}
        tracks = [about | one for one in ok["tracks"]]
        return negotiation(about | {"negotiationId": negotiation_id} | ok | {"tracks": tracks})

    return _call(session, "publish", shape, sdp=sdp, sources=sources)


def subscribe(actor: User, session_id: str, *, restart_ice: bool) -> Call:
    """An offer of everything that others send."""
    session = access.get_session_of(actor, session_id)
    about = {"sessionId": str(session.pk)}
    return _call(session, "subscribe", lambda ok: negotiation(about | ok), restartIce=restart_ice)


def answer(actor: User, session_id: str, *, negotiation_id: str, sdp: str) -> Call:
    """The answer to that offer."""
    session = access.get_session_of(actor, session_id)

    def shape(ok: Any) -> dict[str, Any]:
        return {"id": public_id(str(session.pk), ok)}

    return _call(session, "answer", shape, negotiationId=negotiation_id, sdp=sdp)


class Exchanged(NamedTuple):
    """A connection by WHIP or WHEP: its public id, and the answer."""

    id: str
    sdp: str


def exchange(actor: User, method: str, *, ref: str, sign_in: Session, sdp: str) -> Exchanged:
    """WHIP or WHEP (`method`): sit down in a room, or stay, and answer an offer.

    Who is refused sits no longer if it was for this that they sat down. Raises ValidationFailed
    before anything happens, what `services.join` does, and the worker's refusals.
    """
    try:
        # Else a broken one would have ended where the person sat before.
        parse_exchange(sdp, sends=method == "whip")
    except SdpError as wrong:
        message = f"The SDP cannot be taken: {wrong}."
        raise ValidationFailed.of("sdp", "invalid", message) from None
    known = services.find_session(actor, ref=ref, sign_in=sign_in)
    session = known or seat(actor, ref=ref, sign_in=sign_in, muted=False, deafened=False)
    asked = {"sessionId": str(session.pk), "sdp": sdp}
    try:
        ok = control.ask(control.where(session), method, asked)
    except ParlorError:
        if known is None:
            services.end_session(session.pk, "left")
        raise
    return Exchanged(public_id(str(session.pk), ok["id"]), ok["sdp"])


def end_exchange(actor: User, *, ref: str, transport_id: str) -> None:
    """Close that connection; with the last one the session ends. Raises NotFound."""
    session, part = _own(actor, transport_id)
    if find_room(ref).pk != session.room_id:
        raise NotFound("There is no such connection in this room.")
    asked = {"sessionId": str(session.pk), "transportId": part}
    if control.ask(control.where(session), "close_transport", asked):
        services.leave(actor, session_id=session.pk)


def negotiation(told: dict[str, Any]) -> dict[str, Any]:
    """A worker's words for an offer or an answer, as the fields of `Negotiation`."""
    return {
        "session_id": told["sessionId"],
        "negotiation_id": told["negotiationId"],
        "sdp": told["sdp"],
        "tracks": [_track(one, told["sessionId"]) for one in told["tracks"]],
    }


def _track(one: dict[str, Any], session_id: str) -> payloads.NegotiatedTrack:
    consumer_id = one.get("consumerId")
    return payloads.NegotiatedTrack(
        mid=one["mid"],
        producer_id=public_id(one["sessionId"], one["producerId"]),
        consumer_id=public_id(session_id, consumer_id) if consumer_id else None,
        user_id=one["userId"],
        kind=one["kind"],
        source=one["source"],
    )


def list_producers(room_id: UUID) -> list[payloads.Producer]:
    """Everything that can be consumed in a room that the caller has been let into."""
    lease = MediaRoom.objects.select_related("worker").filter(pk=room_id).first()
    if lease is None or lease.worker is None:
        return []
    place = Where(str(lease.worker.pk), lease.worker.url)
    found = control.ask(place, "producers", {"roomId": str(room_id)})
    return [producer(one) for one in found]


def producer(one: dict[str, Any]) -> payloads.Producer:
    """A worker's words for a producer."""
    return payloads.Producer(
        id=public_id(one["sessionId"], one["producerId"]),
        user_id=one["userId"],
        session_id=one["sessionId"],
        kind=one["kind"],
        source=one["source"],
        paused=one["paused"],
    )
