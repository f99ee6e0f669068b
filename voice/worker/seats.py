"""One session in a room: its transports, what it sends and gets, and what keeps it silent.

Whether something rests is always computed from all reasons together (`settle`), so that lifting one
never lifts another.
"""

from typing import TYPE_CHECKING, Any

from voice.sfu import sdp
from voice.sfu.consumer import Consumer, Numbered
from voice.sfu.parts import NotFound, TooMany
from voice.sfu.producer import Producer
from voice.sfu.router import Direction
from voice.sfu.transport import Transport
from voice.worker.publication import SOURCES, Publication
from voice.worker.refusals import Refused
from voice.worker.subscription import Subscription
from voice.worker.watching import watch

if TYPE_CHECKING:
    from voice.worker.house import MediaRoom

MAX_TRANSPORTS = 8
JOIN_WITHIN_S = 15.0  # from sitting down to the first connected transport
RETURN_WITHIN_S = 5.0  # after the last one was closed


class Seat:
    """See the module. Made by its room."""

    def __init__(self, room: "MediaRoom", session_id: str, user_id: str, now_s: float) -> None:
        self.room = room
        self.id = session_id
        self.user_id = user_id
        self.version = 0
        self.is_muted = self.is_deafened = self.is_server_muted = False
        self.may_video = True
        self.transports: dict[str, Transport] = {}
        self.producers: dict[str, Producer] = {}
        self.consumers: dict[str, Consumer] = {}
        self.publication: Publication | None = None
        self.subscription: Subscription | None = None
        self.is_over = False
        self._resting: set[str] = set()  # what the client itself has paused
        self._shown = (False, False)
        self._deadline_s: float | None = now_s + JOIN_WITHIN_S

    # --- what is obeyed ------------------------------------------------------------------------
    def obey(self, data: dict[str, Any]) -> None:
        """What holds for the session now; older news than what is known is ignored."""
        if data["version"] < self.version:
            return
        self.version = data["version"]
        self.is_muted, self.is_deafened = data["muted"], data["deafened"]
        self.is_server_muted, self.may_video = data["serverMuted"], data["mayVideo"]
        self.room.set_bitrate(data.get("bitrate"))
        if not self.may_video:
            for producer in [it for it in self.producers.values() if it.kind == "video"]:
                producer.close("not allowed")
        self.settle()

    def settle(self) -> None:
        """Everything rests that has a reason to, and nothing else."""
        for producer in self.producers.values():
            _rest(producer, self._must_rest(producer))
        for consumer in self.consumers.values():
            is_deaf = self.is_deafened and consumer.kind == "audio"
            _rest(consumer, is_deaf or consumer.id in self._resting)

    def _must_rest(self, producer: Producer) -> bool:
        if producer.id in self._resting or (self.is_muted and producer.source == "mic"):
            return True
        return self.is_server_muted and producer.kind == "audio"

    def bound(self) -> None:
        """Each producer may send so much, and each transport what its producers may together."""
        for producer in self.producers.values():
            producer.set_max_bitrate(self.room.max_bps(producer.kind))
        for transport in self.transports.values():
            bounds = [self.room.max_bps(it.kind) for it in transport.producers.values()]
            transport.set_max_incoming_bitrate(sum(bounds) if bounds else None)

    # --- transports ----------------------------------------------------------------------------
    def create_transport(self, direction: Direction) -> Transport:
        """A way in or out."""
        if len(self.transports) >= MAX_TRANSPORTS:
            raise TooMany("this session has too many transports")
        transport = self.room.router.create_transport(direction)
        self.transports[transport.id] = transport
        transport.connected.add(lambda _: self._on_connected())
        transport.closed.add(lambda reason: self._on_transport_closed(transport, reason))
        return transport

    def _on_connected(self) -> None:
        self._deadline_s = None

    def _on_transport_closed(self, transport: Transport, reason: str) -> None:
        self.transports.pop(transport.id, None)
        if self.is_over or any(it.is_connected for it in self.transports.values()):
            return
        if reason == "silent":
            self.end("silent")
        elif self._deadline_s is None:
            self._deadline_s = self.room.now_s() + RETURN_WITHIN_S

    def check(self, now_s: float) -> None:
        """Twice a second: who does not come is gone."""
        if self._deadline_s is not None and now_s > self._deadline_s:
            self.end("not_connected")
        elif self.subscription is not None:
            self.subscription.check(now_s)

    def close_transport(self, transport_id: str) -> bool:
        """One of its ways is gone; whether it was the last."""
        self.transport(transport_id).close("closed by its client")
        return not self.transports

    # --- producing and consuming ---------------------------------------------------------------
    def produce(
        self, transport_id: str, kind: str, rtp_parameters: Any, source: str, *, is_paused: bool
    ) -> Producer:
        """Sends this from now on."""
        source = source or {"audio": "mic", "video": "camera"}.get(kind, "")
        known = next((it for it in SOURCES if it == kind and source in SOURCES[it]), None)
        if known is None:
            raise Refused("ValidationFailed", "does not go with this kind", "source")
        if known == "video":
            self.require_video()
        if any(it.source == source and it.kind == kind for it in self.producers.values()):
            raise Refused("Conflict", "You send this already; close that first.")
        transport = self.transport(transport_id)
        must_rest = is_paused or (source == "mic" and self.is_muted)
        must_rest = must_rest or (known == "audio" and self.is_server_muted)
        producer = transport.produce(known, rtp_parameters, source, paused=must_rest)
        self.producers[producer.id] = producer
        self.bound()
        if is_paused:
            self._resting.add(producer.id)
        producer.closed.add(lambda reason: self._on_producer_closed(producer))
        self.room.on_produced(self, producer)
        self._tell_shown()
        return producer

    def require_video(self) -> None:
        """Raises Refused."""
        if not self.may_video:
            raise Refused("Forbidden", "You may not show pictures in this room.")

    def _on_producer_closed(self, producer: Producer) -> None:
        self.producers.pop(producer.id, None)
        self._resting.discard(producer.id)
        self.bound()
        self.room.on_producer_closed(self, producer)
        self._tell_shown()

    def _tell_shown(self) -> None:
        sources = {it.source for it in self.producers.values() if it.kind == "video"}
        shown = ("camera" in sources, "screen" in sources)
        if shown != self._shown and not self.is_over:
            self._shown = shown
            data = {"sessionId": self.id, "video": shown[0], "screenSharing": shown[1]}
            self.room.tell("media", data)

    def consume(
        self,
        transport_id: str,
        producer_id: str,
        rtp_capabilities: Any,
        *,
        is_paused: bool,
        numbered: Numbered | None = None,
    ) -> Consumer:
        """Hears or sees this from now on; `numbered` is for who has numbers of their own (WHEP)."""
        transport = self.transport(transport_id)
        must_rest = is_paused
        producer = self.room.router.get_producer(producer_id)
        must_rest = must_rest or (self.is_deafened and producer.kind == "audio")
        consumer = transport.consume(
            producer_id, rtp_capabilities, paused=must_rest, numbered=numbered
        )
        self.consumers[consumer.id] = consumer
        if is_paused:
            self._resting.add(consumer.id)
        consumer.closed.add(lambda reason: self._on_consumer_closed(consumer))
        return consumer

    def _on_consumer_closed(self, consumer: Consumer) -> None:
        self.consumers.pop(consumer.id, None)
        self._resting.discard(consumer.id)

    # --- by SDP --------------------------------------------------------------------------------
    def publish(self, text: object, sources: dict[str, str]) -> dict[str, Any]:
        """The client's next offer of what it sends; another connection replaces the first.

        Raises SdpError, OrtcError, SfuError, Refused.
        """
        offer = sdp.parse_offer(text)
        known = self.publication
        if known is not None and not known.is_of(offer):
            known.transport.close("replaced")
            known = None
        if known is not None:
            return {"sdp": known.answer(offer, sources), "tracks": known.tracks()}
        self.publication, answer = self._begin_publication(offer, sources)
        return {"sdp": answer, "tracks": self.publication.tracks()}

    def _begin_publication(
        self, offer: sdp.Offer, sources: dict[str, str]
    ) -> tuple[Publication, str]:
        publication = Publication(self)
        try:
            return publication, publication.answer(offer, sources)
        except Exception:
            publication.transport.close("refused")
            raise

    def whip(self, text: object) -> tuple[Transport, str]:
        """A connection that only sends, by its one offer (RFC 9725): the transport, the answer."""
        made, answer = self._begin_publication(sdp.parse_exchange(text, sends=True), {})
        return made.transport, answer

    def whep(self, text: object) -> tuple[Transport, str]:
        """A connection that only receives, by its one offer: the transport, the answer."""
        return watch(self, sdp.parse_exchange(text, sends=False))

    def subscribe(self, *, restart_ice: bool) -> dict[str, Any]:
        """An offer of everything that others send; a second time for a connection that begins anew,
        or (`restart_ice`) for the same one from another address. Raises Refused.
        """
        known = self.subscription
        if known is not None and known.is_open(self.room.now_s()):
            raise Refused("Conflict", "Answer the offer that is open first.")
        if known is not None and not known.transport.is_closed:
            if restart_ice:
                known.transport.restart_ice()
                return known.offer()
            known.transport.close("replaced")
        self.subscription = Subscription(self)
        return self.subscription.offer()

    def answer(self, negotiation_id: str, text: object) -> str:
        """The client's answer to the open offer: the transport's id. Raises SdpError, Refused."""
        if self.subscription is None:
            raise Refused("Conflict", "This offer is no longer open.")
        self.subscription.answer(negotiation_id, text)
        return self.subscription.transport.id

    # --- parts ---------------------------------------------------------------------------------
    def transport(self, transport_id: str) -> Transport:
        """One of this session's. Raises NotFound."""
        found = self.transports.get(transport_id)
        if found is None:
            raise NotFound("There is no such transport.")
        return found

    def part(self, part_id: str) -> Producer | Consumer:
        """A producer or consumer of this session. Raises NotFound."""
        found = self.producers.get(part_id) or self.consumers.get(part_id)
        if found is None:
            raise NotFound("There is no such producer or consumer.")
        return found

    def rest(self, part_id: str, is_resting: bool) -> None:
        """The client pauses or resumes something of its own."""
        part = self.part(part_id)
        (self._resting.add if is_resting else self._resting.discard)(part.id)
        self.settle()

    def end(self, reason: str, *, is_told: bool = True) -> None:
        """It is over: everything closes, and (`is_told`) the web processes hear why."""
        if self.is_over:
            return
        self.is_over = True
        for transport in list(self.transports.values()):
            transport.close(reason)
        self.room.forget(self)
        if is_told:
            self.room.tell("ended", {"sessionId": self.id, "reason": reason})

    # --- figures -------------------------------------------------------------------------------
    def figures(self) -> dict[str, Any] | None:
        """How well it hears and is heard, from RTCP; None where nothing flows."""
        parts: list[Any] = []
        for transport in self.transports.values():
            stats = transport.stats()
            parts += [*stats["producers"].values(), *stats["consumers"].values()]
        if not parts:
            return None
        trips = [it["round_trip_ms"] for it in parts if it.get("round_trip_ms") is not None]
        return {
            "sessionId": self.id,
            "bitrate": sum(it["bitrate_bps"] for it in parts),
            "packetLoss": max(it["packet_loss"] for it in parts),
            "jitter": max(it["jitter_s"] for it in parts),
            "rtt": max(trips) if trips else None,
        }


def _rest(part: Producer | Consumer, must_rest: bool) -> None:
    if part.is_paused != must_rest:
        (part.pause if must_rest else part.resume)()
