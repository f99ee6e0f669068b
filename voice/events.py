"""Socket events and replies of voice (PROTOCOL.md, "Voice")."""

from typing import Any

from api.payloads import Payload
from realtime.protocol import event
from voice.models import VoiceSession
from voice.payloads import (
    ConsumerOptions,
    IceRestart,
    IceServer,
    Negotiation,
    Ortc,
    PartRef,
    Producer,
    TransportOptions,
    VoiceState,
    state_fields,
)


@event("voice:state")
class VoiceStateChanged(VoiceState):
    """Somebody sits in a room's voice, differently from before; or (`joined` false) no longer."""

    joined: bool


@event("voice:left")
class VoiceLeft(Payload):
    """One's session is over; PROTOCOL.md lists the reasons."""

    session_id: str
    room_id: str
    reason: str


@event("voice:moved")
class VoiceMoved(Payload):
    """One's media is lost, or leaves: join `room_id` again."""

    room_id: str
    session_id: str
    reason: str


@event("voice:joined")
class VoiceJoined(Payload):
    """One sits in the room from now on."""

    session_id: str
    room_id: str
    rtp_capabilities: Ortc
    ice_servers: list[IceServer]
    participants: list[VoiceState]
    producers: list[Producer]


@event("voice:transport_created")
class VoiceTransportCreated(TransportOptions):
    """The answer to `voice:transport`."""


@event("voice:connected")
class VoiceConnected(PartRef):
    """The transport knows the client's certificate."""


@event("voice:produced")
class VoiceProduced(PartRef):
    """The producer's id."""


@event("voice:consumed")
class VoiceConsumed(ConsumerOptions):
    """The consumer, for mediasoup-client."""


@event("voice:paused")
class VoicePaused(PartRef):
    """The producer or consumer rests."""


@event("voice:resumed")
class VoiceResumed(PartRef):
    """The producer or consumer goes on (unless a mute stops it)."""


@event("voice:closed")
class VoiceClosed(PartRef):
    """The producer or consumer is gone."""


@event("voice:ice_restarted")
class VoiceIceRestarted(IceRestart):
    """New credentials, for mediasoup-client's `restartIce`."""


@event("voice:offer")
class VoiceOffer(Negotiation):
    """What one can hear and see now, to be answered with `voice:answer`; it may come twice."""


@event("voice:answer")
class VoiceAnswer(Negotiation):
    """The answer to `voice:publish`."""


@event("voice:speaking")
class VoiceSpeaking(Payload):
    """Somebody began or stopped speaking; `level` in dBov: 0 loudest, −127 silence."""

    room_id: str
    user_id: str
    speaking: bool
    level: float


@event("voice:new_producer")
class VoiceNewProducer(Payload):
    """Somebody's microphone, camera or screen can be consumed."""

    room_id: str
    user_id: str
    producer_id: str
    kind: str
    source: str


@event("voice:producer_closed")
class VoiceProducerClosed(Payload):
    """It no longer can."""

    room_id: str
    user_id: str
    producer_id: str
    kind: str
    source: str


def state_changed(
    row: VoiceSession, *, is_joined: bool = True, is_speaking: bool = False
) -> VoiceStateChanged:
    """A row with its `user`."""
    fields: dict[str, Any] = state_fields(row, is_speaking=is_speaking)
    return VoiceStateChanged(**fields, joined=is_joined)
