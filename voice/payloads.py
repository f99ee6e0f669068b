"""Outgoing shapes of voice (PROTOCOL.md, "Voice"). What mediasoup-client reads goes as it is."""

from typing import Any

from accounts.payloads import person
from api.payloads import Payload, Person, Timestamp, timestamp
from voice.models import CallMetrics as MetricsRow
from voice.models import VoiceSession

Ortc = dict[str, Any]  # voice/sfu/ortc_types.py has the shapes


class VoiceState(Payload):
    """Somebody sits in a room's voice, and how. `server_muted`: they cannot be heard there,
    whatever they do.
    """

    room_id: str
    user_id: str
    user: Person
    session_id: str
    muted: bool
    deafened: bool
    server_muted: bool
    speaking: bool
    video: bool
    screen_sharing: bool
    joined_at: Timestamp


class Producer(Payload):
    """A microphone, camera or screen that others may consume."""

    id: str
    user_id: str
    session_id: str
    kind: str
    source: str
    paused: bool


class RouterCapabilities(Payload):
    """What a room's media takes and gives, for mediasoup-client's `Device.load`."""

    codecs: list[Ortc]
    header_extensions: list[Ortc]


class IceServer(Payload):
    """A STUN or TURN server, as RTCPeerConnection takes it."""

    urls: list[str]
    username: str | None
    credential: str | None


class IceServers(Payload):
    """All of them, good for `ttl_seconds`."""

    ice_servers: list[IceServer]
    ttl_seconds: int


class TransportOptions(Payload):
    """A way in or out, for mediasoup-client's `createSendTransport` or `createRecvTransport`."""

    id: str
    session_id: str
    ice_parameters: Ortc
    ice_candidates: list[Ortc]
    dtls_parameters: Ortc


class PartRef(Payload):
    """A transport, producer or consumer."""

    id: str


class IceRestart(Payload):
    """New credentials of a transport."""

    id: str
    ice_parameters: Ortc


class ConsumerOptions(Payload):
    """Somebody's producer, for mediasoup-client's `consume`."""

    id: str
    producer_id: str
    user_id: str
    kind: str
    source: str
    rtp_parameters: Ortc
    paused: bool
    producer_paused: bool


class NegotiatedTrack(Payload):
    """What a section of an SDP description carries. `consumer_id` is null where one sends it."""

    mid: str
    producer_id: str
    consumer_id: str | None
    user_id: str
    kind: str
    source: str


class Negotiation(Payload):
    """An offer or an answer of the server's, and what its sections are."""

    session_id: str
    negotiation_id: str
    sdp: str
    tracks: list[NegotiatedTrack]


class CallMetrics(Payload):
    """How well somebody heard and was heard for a while; null where it is not known."""

    room_id: str
    user_id: str
    timestamp: Timestamp
    bitrate: int | None
    packet_loss: float | None
    jitter: float | None
    rtt: float | None
    resolution: str | None
    fps: float | None


def state(row: VoiceSession, *, is_speaking: bool = False) -> VoiceState:
    """A row with its `user`."""
    return VoiceState(**state_fields(row, is_speaking=is_speaking))


def state_fields(row: VoiceSession, *, is_speaking: bool = False) -> dict[str, Any]:
    """What `VoiceState` and the event have in common."""
    return {
        "room_id": str(row.room_id),
        "user_id": str(row.user_id),
        "user": person(row.user),
        "session_id": str(row.pk),
        "muted": row.muted,
        "deafened": row.deafened,
        "server_muted": row.server_muted,
        "speaking": is_speaking,
        "video": row.video,
        "screen_sharing": row.screen_sharing,
        "joined_at": timestamp(row.joined_at),
    }


def metrics(row: MetricsRow) -> CallMetrics:
    """A row."""
    return CallMetrics(
        room_id=str(row.room_id),
        user_id=str(row.user_id),
        timestamp=timestamp(row.timestamp),
        bitrate=row.bitrate,
        packet_loss=row.packet_loss,
        jitter=row.jitter,
        rtt=row.rtt,
        resolution=row.resolution or None,
        fps=row.fps,
    )
