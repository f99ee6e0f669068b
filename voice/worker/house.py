"""All rooms of one media process, and who sits in them. News goes out through one callback.

What carries an older generation of a room than the one that is known here is refused: the room has
been placed elsewhere since (docs/decisions/0015-media-workers.md).
"""

from collections.abc import Callable
from typing import Any

from voice.sfu.endpoint import Endpoint
from voice.sfu.ortc_router import with_audio_bitrate
from voice.sfu.ortc_types import Kind, RtpCapabilities
from voice.sfu.producer import Producer
from voice.sfu.router import Router
from voice.sfu.speakers import Level
from voice.worker.refusals import Refused
from voice.worker.seats import Seat

MAX_AUDIO_BPS = 384_000  # the most that a channel can have; calls say nothing
AUDIO_HEADERS_BPS = 40_000  # IP, UDP, SRTP and RTP of fifty packets a second
MAX_VIDEO_BPS = 8_000_000

Tell = Callable[[str, dict[str, Any]], None]


class MediaRoom:
    """One room: its router and its seats."""

    def __init__(self, house: "House", room_id: str, generation: int) -> None:
        self.house = house
        self.id = room_id
        self.generation = generation
        self.router: Router = house.endpoint.create_router()
        self.seats: dict[str, Seat] = {}
        self.tell: Tell = house.tell
        self.now_s = house.endpoint.now_s
        self.owners: dict[str, Seat] = {}  # of producers
        self.bitrate_kbps: int | None = None  # of one sound, as the channel says
        self.router.speakers.changed.add(self._on_levels)

    def set_bitrate(self, bitrate_kbps: int | None) -> None:
        """What one sound may have from now on."""
        if bitrate_kbps != self.bitrate_kbps:
            self.bitrate_kbps = bitrate_kbps
            for seat in self.seats.values():
                seat.bound()

    @property
    def max_audio_bps(self) -> int | None:
        """What a sound's encoder is told; None where the room says nothing."""
        return None if self.bitrate_kbps is None else self.bitrate_kbps * 1000

    def max_bps(self, kind: Kind) -> int:
        """What one producer may send, with its headers."""
        if kind == "video":
            return self.house.max_video_bps
        return (self.max_audio_bps or MAX_AUDIO_BPS) + AUDIO_HEADERS_BPS

    def told_capabilities(self) -> RtpCapabilities:
        """The router's, with the bit rate that the room's sounds are to have (RFC 7587 §7.1)."""
        return with_audio_bitrate(self.router.rtp_capabilities, self.max_audio_bps)

    def forget(self, seat: Seat) -> None:
        """Somebody got up; with the last one the room goes."""
        self.seats.pop(seat.id, None)
        self.house.seats.pop(seat.id, None)
        if not self.seats:
            self.house.close_room(self)

    def on_produced(self, seat: Seat, producer: Producer) -> None:
        """Something new can be consumed."""
        self.owners[producer.id] = seat
        self.tell("new_producer", self._about(seat, producer))
        for other in self.seats.values():
            if other is not seat and other.subscription is not None:
                other.subscription.change()

    def on_producer_closed(self, seat: Seat, producer: Producer) -> None:
        """Something no longer can."""
        self.owners.pop(producer.id, None)
        self.tell("producer_closed", self._about(seat, producer))

    def _about(self, seat: Seat, producer: Producer) -> dict[str, Any]:
        about = describe(seat, producer)
        others = {it.user_id for it in self.seats.values() if it is not seat}
        return {"roomId": self.id, **about, "to": sorted(others)}

    def _on_levels(self, levels: list[Level]) -> None:
        to = sorted({seat.user_id for seat in self.seats.values()})
        for level in levels:
            seat = self.owners.get(level.producer_id)
            if seat is not None:
                self.tell(
                    "speaking",
                    {
                        "roomId": self.id,
                        "userId": seat.user_id,
                        "sessionId": seat.id,
                        "speaking": level.is_speaking,
                        "level": round(level.dbov, 1),
                        "to": to,
                    },
                )

    def describe(self, producer: Producer) -> dict[str, Any]:
        """A producer of this room, for those who may consume it."""
        return describe(self.owners[producer.id], producer)

    def producers(self) -> list[dict[str, Any]]:
        """Everything that can be consumed."""
        return [self.describe(it) for it in self.router.producers.values() if it.id in self.owners]


class House:
    """See the module."""

    def __init__(
        self, endpoint: Endpoint, tell: Tell, *, max_video_bps: int = MAX_VIDEO_BPS
    ) -> None:
        self.endpoint = endpoint
        self.tell = tell
        self.max_video_bps = max_video_bps
        self.rooms: dict[str, MediaRoom] = {}
        self.seats: dict[str, Seat] = {}

    def join(self, data: dict[str, Any]) -> Seat:
        """A session sits down; a second time it only obeys anew."""
        room = self._room(data["roomId"], data["generation"])
        seat = self.seats.get(data["sessionId"])
        if seat is None:
            seat = Seat(room, data["sessionId"], data["userId"], self.endpoint.now_s())
            room.seats[seat.id] = self.seats[seat.id] = seat
        seat.obey(data)
        return seat

    def _room(self, room_id: str, generation: int) -> MediaRoom:
        known = self.rooms.get(room_id)
        if known is not None and known.generation > generation:
            raise Refused("NotFound", "This room has moved since. Join again.")
        if known is not None and known.generation < generation:
            for seat in list(known.seats.values()):
                seat.end("worker_lost", is_told=False)
            known = None
        if known is None:
            known = self.rooms[room_id] = MediaRoom(self, room_id, generation)
        return known

    def close_room(self, room: MediaRoom) -> None:
        """Its media ends."""
        if self.rooms.get(room.id) is room:
            del self.rooms[room.id]
        room.router.close("room closed")

    def seat(self, session_id: str) -> Seat:
        """Raises NotFound."""
        found = self.seats.get(session_id)
        if found is None:
            raise Refused("NotFound", "This voice session is over. Join again.")
        return found

    def check(self) -> None:
        """Twice a second."""
        now_s = self.endpoint.now_s()
        for seat in list(self.seats.values()):
            seat.check(now_s)

    def snapshot(self) -> dict[str, int]:
        """Every session, and which version of its state it obeys."""
        return {seat.id: seat.version for seat in self.seats.values()}

    def figures(self) -> list[dict[str, Any]]:
        """Of every session through which something flows."""
        found = (seat.figures() for seat in self.seats.values())
        return [it for it in found if it is not None]

    def empty(self) -> None:
        """Everybody out, without a word: the rooms are somebody else's."""
        for seat in list(self.seats.values()):
            seat.end("worker_lost", is_told=False)


def describe(seat: Seat, producer: Producer) -> dict[str, Any]:
    """A producer, for those who may consume it."""
    return {
        "userId": seat.user_id,
        "sessionId": seat.id,
        "producerId": producer.id,
        "kind": producer.kind,
        "source": producer.source,
        "paused": producer.is_paused,
    }
