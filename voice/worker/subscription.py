"""What a client hears and sees by SDP: the worker offers, the client answers, as often as needed.

One connection of a seat with a section for each producer of the room's others (`sdp.Sendings`).
One offer is open at a time. What comes and goes meanwhile is in the next one, which follows the
answer. An offer may be lost on its way, so an open one is told again and again, the same.
"""

import asyncio
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from voice.sfu import sdp
from voice.sfu.consumer import Consumer
from voice.sfu.ortc_types import DtlsParameters
from voice.sfu.parts import SfuError
from voice.worker.refusals import Refused

if TYPE_CHECKING:
    from voice.worker.seats import Seat

TELL_AGAIN_S = 5.0
OPEN_FOR_S = 15.0  # who has not answered by then may ask for another offer


class Opened(NamedTuple):
    """The offer that waits for its answer."""

    id: str
    sections: tuple[sdp.Sending, ...]
    told: dict[str, Any]
    at_s: float


class Subscription:
    """One receiving transport and its consumers, by mid. Made by its seat."""

    def __init__(self, seat: "Seat") -> None:
        self._seat = seat
        self.transport = seat.create_transport("recv")
        self._sendings = sdp.Sendings()
        self._consumers: dict[str, Consumer] = {}  # by mid
        self._declined: set[str] = set()  # producers that the client does not understand
        self._open: Opened | None = None
        self._dtls: DtlsParameters | None = None
        self._version = 0
        self._is_due = False  # something has changed that no offer says yet
        self._tell_at_s = 0.0

    def is_open(self, now_s: float) -> bool:
        """Whether an offer waits for its answer, and may still get one."""
        is_late = self._open is not None and now_s > self._open.at_s + OPEN_FOR_S
        return not (self._open is None or is_late or self.transport.is_closed)

    # --- offers --------------------------------------------------------------------------------
    def offer(self) -> dict[str, Any]:
        """A new offer of everything that there is now; it is open from here on."""
        self._is_due = False
        self._gather()
        if not self._sendings.sections():  # an offer needs a section; it connects us, so that
            idle = self._sendings.add("audio", sdp.idle_parameters(), "none")  # who only waits
            self._sendings.remove(idle.mid)  # for somebody to speak is not taken for gone
        sections = self._sendings.sections()
        self._version += 1
        transport = self.transport
        text = sdp.offer(
            sections,
            transport.ice_parameters,
            transport.ice_candidates,
            transport.dtls_parameters,
            version=self._version,
        )
        negotiation_id = secrets.token_hex(8)
        told = {"negotiationId": negotiation_id, "sdp": text, "tracks": self._tracks()}
        now_s = self._seat.room.now_s()
        self._open = Opened(negotiation_id, sections, told, now_s)
        self._tell_at_s = now_s + TELL_AGAIN_S
        return told

    def _gather(self) -> None:
        """A consumer and a section for whatever has none yet; those that find no place wait."""
        router = self._seat.room.router
        self._declined &= router.producers.keys()
        have = {it.producer.id for it in self._consumers.values()} | self._declined
        for producer in list(router.producers.values()):
            if producer.id in have or producer.id in self._seat.producers:
                continue
            try:
                consumer = self._seat.consume(
                    self.transport.id, producer.id, router.rtp_capabilities, is_paused=True
                )
            except SfuError:
                continue
            try:
                made = self._sendings.add(consumer.kind, consumer.rtp_parameters, consumer.id)
            except sdp.SdpError:
                consumer.close("no section is free")
                return
            self._consumers[made.mid] = consumer
            consumer.closed.add(partial(self._on_closed, made.mid))

    def _on_closed(self, mid: str, reason: str) -> None:
        self._consumers.pop(mid, None)
        self._sendings.remove(mid)
        self.change()

    def _tracks(self) -> list[dict[str, Any]]:
        return [
            self._seat.room.describe(it.producer) | {"mid": mid, "consumerId": it.id}
            for mid, it in self._consumers.items()
        ]

    def change(self) -> None:
        """A producer has come or gone: there will be an offer for all that changes now."""
        if not self._is_due and not self.transport.is_closed:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._offer_when_due)

    def _offer_when_due(self) -> None:
        if self._is_due and self._open is None and not self.transport.is_closed:
            self._tell(self.offer())

    def check(self, now_s: float) -> None:
        """Twice a second: an offer that nobody answers may not have arrived."""
        if self.is_open(now_s) and self._open is not None and now_s > self._tell_at_s:
            self._tell_at_s = now_s + TELL_AGAIN_S
            self._tell(self._open.told)

    def _tell(self, told: dict[str, Any]) -> None:
        to = [self._seat.user_id]
        self._seat.room.tell("offer", {"sessionId": self._seat.id, "to": to, **told})

    # --- answers -------------------------------------------------------------------------------
    def answer(self, negotiation_id: str, text: object) -> None:
        """What the client takes flows. Raises SdpError (the offer stays open), Refused."""
        opened = self._open
        if opened is None or opened.id != negotiation_id:
            raise Refused("Conflict", "This offer is no longer open.")
        found = sdp.parse_answer(text, opened.sections)
        if self._dtls is None:
            self.transport.connect(found.dtls_parameters)
            self._dtls = found.dtls_parameters
        elif self._dtls["fingerprints"] != found.dtls_parameters["fingerprints"]:
            raise sdp.SdpError("the certificate is another; a new connection subscribes anew")
        self._open = None
        self._sendings.settle(opened.sections)
        for sending in opened.sections:
            consumer = self._consumers.get(sending.mid)
            if consumer is None or consumer.id != sending.track_id:
                continue
            if found.section(sending.mid).is_rejected:
                self._declined.add(consumer.producer.id)
                consumer.close("declined")
            else:
                self._seat.rest(consumer.id, False)
        if self._is_due:
            asyncio.get_running_loop().call_soon(self._offer_when_due)
