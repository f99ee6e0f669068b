"""The media of one room: its transports, what is produced in it, and the loop that forwards.

A router knows nobody outside its room, and no people: a transport is whoever the caller says.
"""

from typing import TYPE_CHECKING, Literal

from voice.sfu import ortc, rtp
from voice.sfu.ortc_types import RtpCapabilities
from voice.sfu.parts import NotFound, Observers, Part, TooMany
from voice.sfu.producer import Producer, ids_of
from voice.sfu.speakers import Speakers
from voice.sfu.transport import Transport

if TYPE_CHECKING:
    from voice.sfu.consumer import Consumer
    from voice.sfu.endpoint import Endpoint

Direction = Literal["send", "recv"]  # as the client sees it, as in mediasoup-client
MAX_TRANSPORTS = 1000
MAX_HEARD = 5
REPORT_TICKS = 20  # of the endpoint's clock: one second


class Router(Part):
    """See the module. Made by `Endpoint.create_router`."""

    def __init__(self, endpoint: "Endpoint", max_heard: int = MAX_HEARD) -> None:
        super().__init__(endpoint)
        self.endpoint = endpoint
        self.rtp_capabilities: RtpCapabilities = ortc.router_capabilities()
        self.extension_ids = {
            kind: ids_of(
                {
                    it["uri"]: it["preferredId"]
                    for it in self.rtp_capabilities["headerExtensions"]
                    if it["kind"] == kind
                }
            )
            for kind in ("audio", "video")
        }
        self.transports: dict[str, Transport] = {}
        # A listener has nothing to do between its reports: a full room's clock leaves it alone.
        self._sending: dict[str, Transport] = {}
        self._listening: list[dict[str, Transport]] = [{} for _ in range(REPORT_TICKS)]
        self._made = 0
        self.producers: dict[str, Producer] = {}
        self.speakers = Speakers(max_heard)
        self.produced: Observers[Producer] = Observers()

    def create_transport(self, direction: Direction) -> Transport:
        """A way in ("send") or out ("recv") for one client."""
        self.check_open()
        if len(self.transports) >= MAX_TRANSPORTS:
            raise TooMany("the room has too many transports")
        transport = Transport(self, direction)
        self.transports[transport.id] = transport
        self._clocked(transport)[transport.id] = transport
        return transport

    def _clocked(self, transport: Transport) -> dict[str, Transport]:
        is_sending = transport.direction == "send"
        return self._sending if is_sending else self._listening[transport.phase]

    def get_producer(self, producer_id: str) -> Producer:
        """One of this room's; raises NotFound."""
        try:
            return self.producers[producer_id]
        except KeyError:
            raise NotFound("no such producer in this room") from None

    def forward(self, listeners: "list[Consumer]", packet: rtp.Packet) -> None:
        """A packet of one stream to all its listeners: the one loop that everything else is for."""
        for consumer in listeners:
            consumer.send(packet)

    # --- kept by the parts ---------------------------------------------------------------------
    def next_phase(self) -> int:
        """Each transport reports in a tick of its own, so that a full room is not all at once."""
        self._made += 1
        return self._made % REPORT_TICKS

    def due(self, tick: int) -> list[Transport]:
        """Who has something to do in this tick: senders always, listeners once a second."""
        return [*self._sending.values(), *self._listening[tick % REPORT_TICKS].values()]

    def add_producer(self, producer: Producer) -> None:
        """It can be consumed from now on."""
        self.producers[producer.id] = producer
        self.speakers.add(producer)
        self.produced.tell(producer)

    def forget_producer(self, producer: Producer) -> None:
        """It has ended."""
        self.producers.pop(producer.id, None)
        self.speakers.remove(producer)

    def forget_transport(self, transport: Transport) -> None:
        """It has ended."""
        self.transports.pop(transport.id, None)
        self._clocked(transport).pop(transport.id, None)

    def _release(self) -> None:
        self.produced.clear()
        self.speakers.close()
