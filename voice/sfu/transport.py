"""One client's connection: ICE-lite and DTLS-SRTP over the endpoint's sockets.

Lives as long as it is heard of. What is produced and consumed on it are its children; where the
client is, `ice_agent` knows; RTCP is `control`'s.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from voice.sfu import ortc, rtp
from voice.sfu.consumer import Consumer, Numbered
from voice.sfu.control import Control
from voice.sfu.dtls_private import Dtls, Srtp
from voice.sfu.ice import candidates
from voice.sfu.ice_agent import IceAgent
from voice.sfu.ortc_types import (
    DtlsParameters,
    IceCandidate,
    IceParameters,
    Kind,
    OrtcError,
    RtpCapabilities,
    RtpParameters,
)
from voice.sfu.parts import CannotConsume, IsClosed, Observers, Part, TooMany, WrongDirection
from voice.sfu.producer import Producer, extension_ids
from voice.sfu.renumbered import RenumberedConsumer
from voice.sfu.stats import TransportFigures, figures_of
from voice.sfu.stream import Stream, Surroundings
from voice.sfu.stream_kinds import Retransmissions
from voice.sfu.transport_cc import Arrivals
from voice.sfu.udp import Destination

if TYPE_CHECKING:
    from voice.sfu.router import Direction, Router

MAX_PRODUCERS = 16
MAX_CONSUMERS = 500
MAX_ADOPTED = 64  # SSRCs that were not signalled
MAX_RTCP_PER_REPORT = 500  # a second; browsers send some dozens, and reading them is not cheap
CONNECT_TIMEOUT_S = 15.0
SILENCE_TIMEOUT_S = 9.0  # RFC 7675: browsers check every five seconds; looked at once a second
# What is written into packets for listeners; the rest would promise what is not there. Without
# transport-cc a browser estimates by abs-send-time and says the result by REMB.
SENT_EXTENSIONS = (ortc.ABS_SEND_TIME, ortc.AUDIO_LEVEL)

Receiver = Stream | Retransmissions  # what packets of one SSRC go to


class Transport(Part):
    """See the module. Made by `Router.create_transport`."""

    def __init__(self, router: "Router", direction: "Direction") -> None:
        super().__init__(router)
        self.router = router
        self.endpoint = router.endpoint
        self.direction = direction
        self.now_s: Callable[[], float] = self.endpoint.now_s
        self.producers: dict[str, Producer] = {}
        self.consumers: dict[str, Consumer] = {}
        self.consumers_by_ssrc: dict[int, Consumer] = {}
        self.arrivals = Arrivals()
        self.control = Control(self)
        self.connected: Observers[bool] = Observers()
        self.packets = 0
        self.dropped = 0
        self.ice = IceAgent(self, self._join_all)
        self._dtls = Dtls(self.endpoint.certificate, self._send_dtls, self._on_dtls)
        self._rx: Srtp | None = None
        self.tx: Srtp | None = None
        self._routes: dict[int, Receiver] = {}
        self._adopted = 0
        self._next_mid = 0
        self.phase = router.next_phase()  # in which of a second's ticks it reports
        self._connect_by_s: float | None = None
        self._packets_before = 0
        self._rtcp_count = 0  # since the last report

    # --- what the client is told ---------------------------------------------------------------
    @property
    def ice_parameters(self) -> IceParameters:
        """The newest credentials."""
        return self.ice.credentials.parameters()

    @property
    def ice_candidates(self) -> list[IceCandidate]:
        """The endpoint's announced addresses."""
        return candidates(self.endpoint.announced)

    @property
    def dtls_parameters(self) -> DtlsParameters:
        """The process's certificate; the client is to open."""
        return self.endpoint.certificate.parameters()

    @property
    def dtls_state(self) -> str:
        """new, connecting, connected, closed or failed."""
        return "closed" if self.is_closed else self._dtls.state

    @property
    def destination(self) -> Destination | None:
        """Where the client is."""
        return self.ice.destination

    @property
    def is_connected(self) -> bool:
        """Whether media can flow."""
        return self.tx is not None and self.destination is not None

    # --- connecting ----------------------------------------------------------------------------
    def connect(self, dtls_parameters: object) -> None:
        """Which certificate the client has. Raises OrtcError, IsClosed (also a second time)."""
        self.check_open()
        remote = ortc.validate_dtls_parameters(dtls_parameters)
        if remote["role"] == "server":
            raise OrtcError("role", "the client opens DTLS")
        if self._connect_by_s is not None:
            raise IsClosed("the transport has been connected already")
        self._connect_by_s = self.now_s() + CONNECT_TIMEOUT_S
        self._dtls.start(remote)

    def restart_ice(self) -> IceParameters:
        """New credentials. The old ones stay good until the new are used (RFC 8445 §9)."""
        self.check_open()
        self.ice.restart()
        return self.ice_parameters

    def receive_dtls(self, record: bytes) -> None:
        """A DTLS record from one of its addresses."""
        self._dtls.feed(record)

    def _send_dtls(self, data: bytes) -> None:
        target = self.destination
        if target is not None and len(data) <= len(target.socket.out_view):
            target.socket.out_view[: len(data)] = data
            target.socket.push(len(data), target)
            target.socket.flush()

    def _on_dtls(self, state: str) -> None:
        if state == "connected":
            self._rx, self.tx = self._dtls.srtp()
            self._join_all()
            self.connected.tell(True)
        elif state == "failed":
            self.close("dtls failed")
        elif state == "closed":
            self.close("peer closed")

    def _join_all(self) -> None:
        if self.tx is not None and self.destination is not None:
            for consumer in self.consumers.values():
                consumer.connect(self.tx, self.destination)

    # --- media ---------------------------------------------------------------------------------
    def receive_rtp(self, buffer: memoryview, data: Any, length: int, now_s: float) -> None:
        """An encrypted packet from one of its addresses; decrypted in place."""
        if self._rx is None or length < rtp.HEADER_LENGTH:
            self.dropped += 1
            return
        length = self._rx.unprotect(data, length)
        if not length:
            self.dropped += 1
            return
        self.packets += 1
        ssrc = rtp.read_ssrc(buffer, 8)[0]
        receiver = self._routes.get(ssrc)
        if receiver is None:
            receiver = self._adopt(buffer, length, ssrc)
            if receiver is None:
                self.dropped += 1
                return
        receiver.receive(buffer, length, now_s)

    def receive_rtcp(self, buffer: memoryview, data: Any, length: int, now_s: float) -> None:
        """An encrypted compound from one of its addresses."""
        self._rtcp_count += 1
        if self._rx is None or length < rtp.HEADER_LENGTH or self._rtcp_count > MAX_RTCP_PER_REPORT:
            self.dropped += 1
            return
        length = self._rx.unprotect_rtcp(data, length)
        if not length:
            self.dropped += 1
            return
        self.ice.heard_at_s = now_s
        self.control.receive(bytes(buffer[:length]), now_s)

    def _adopt(self, buffer: memoryview, length: int, ssrc: int) -> Receiver | None:
        """Finds whose this SSRC is by mid and rid (RFC 8843 §9.2); simulcast signals no SSRCs."""
        packet, places = rtp.Packet(), [0] * 16
        if self._adopted >= MAX_ADOPTED or not rtp.read_header(packet, buffer, length, places):
            return None
        for producer in self.producers.values():
            ids = extension_ids(producer.rtp_parameters)
            mid, rid, repaired = (
                rtp.extension_text(buffer, places[it])
                for it in (ids.mid, ids.rid, ids.repaired_rid)
            )
            if mid and mid == producer.mid:
                producer.adopt(ssrc, rid, repaired, packet.payload_type)
                break
        return self._routes.get(ssrc)

    def route(self, ssrc: int, receiver: Receiver, old_ssrc: int = 0) -> None:
        """Packets of this SSRC belong to a stream, which has left its old one."""
        self._adopted += 1
        self._routes.pop(old_ssrc, None)
        self._routes[ssrc] = receiver

    def surroundings(
        self, kind: Kind, clock_rate: int, rtp_parameters: RtpParameters
    ) -> Surroundings:
        """What the streams of a producer need of this transport."""
        return Surroundings(
            clock_rate=clock_rate,
            payload_types=[],
            theirs=extension_ids(rtp_parameters),
            ours=self.router.extension_ids[kind],
            arrivals=self.arrivals,
            forward=self.router.forward,
        )

    def set_max_incoming_bitrate(self, bitrate_bps: int | None) -> None:
        """What the client may send in all; browsers hold to it (REMB)."""
        self.control.max_incoming_bps = bitrate_bps

    def ask_soon(self, stream: Stream) -> None:
        """The stream misses packets: they are asked for when this wake-up's packets are read."""
        self.endpoint.ask_soon(self, stream)

    def ask_key_frames(self, ssrcs: list[int]) -> None:
        """Asks the client for key frames."""
        self.control.ask_key_frames(ssrcs)

    # --- producing and consuming ---------------------------------------------------------------
    def produce(
        self, kind: Kind, rtp_parameters: object, source: str = "", *, paused: bool = False
    ) -> Producer:
        """The client sends this. Raises OrtcError, WrongDirection, TooMany, IsClosed."""
        self.check_open()
        if self.direction != "send":
            raise WrongDirection("producing needs a sending transport")
        if len(self.producers) >= MAX_PRODUCERS:
            raise TooMany("the transport has too many producers")
        parameters = ortc.validate_rtp_parameters(rtp_parameters, kind)
        self._check_free(parameters)
        mapping = ortc.producer_mapping(parameters, self.router.rtp_capabilities)
        producer = Producer(self, kind, parameters, mapping, source, paused)
        self.producers[producer.id] = producer
        for part in producer.receivers():
            if part.ssrc:
                self._routes[part.ssrc] = part
        self.router.add_producer(producer)
        return producer

    def _check_free(self, parameters: RtpParameters) -> None:
        """No SSRC and no mid belongs to two producers."""
        if parameters.get("mid") and any(
            it.mid == parameters.get("mid") for it in self.producers.values()
        ):
            raise OrtcError("mid", "is in use")
        for place, encoding in enumerate(parameters["encodings"]):
            ssrcs = {encoding.get("ssrc", 0), encoding.get("rtx", {}).get("ssrc", 0)} - {0}
            if not ssrcs.isdisjoint(self._routes):
                raise OrtcError(f"encodings[{place}].ssrc", "is in use")

    def consume(
        self,
        producer_id: str,
        rtp_capabilities: object,
        *,
        paused: bool = False,
        numbered: Numbered | None = None,
    ) -> Consumer:
        """The client hears this. Raises NotFound, CannotConsume, WrongDirection, TooMany.

        `numbered` puts what it is told, and then what it is sent, into numbers that it has chosen.
        """
        self.check_open()
        if self.direction != "recv":
            raise WrongDirection("consuming needs a receiving transport")
        if len(self.consumers) >= MAX_CONSUMERS:
            raise TooMany("the transport has too many consumers")
        producer = self.router.get_producer(producer_id)
        caps = _sent_only(ortc.validate_rtp_capabilities(rtp_capabilities))
        if not ortc.can_consume(producer.consumable, caps):
            raise CannotConsume("no codec in common with this producer")
        parameters = ortc.consumer_parameters(producer.consumable, caps)
        parameters["mid"] = str(self._next_mid)
        self._next_mid += 1
        if numbered is None:
            consumer = Consumer(self, producer, parameters)
        else:
            consumer = RenumberedConsumer(self, producer, numbered(parameters))
        consumer.is_paused = paused
        self.consumers[consumer.id] = consumer
        for ssrc in filter(None, (consumer.ssrc, consumer.rtx_ssrc)):
            self.consumers_by_ssrc[ssrc] = consumer
        if self.tx is not None and self.destination is not None:
            consumer.connect(self.tx, self.destination)
        return consumer

    def forget_producer(self, producer: Producer) -> None:
        """It has ended."""
        self.producers.pop(producer.id, None)
        self.router.forget_producer(producer)
        for part in producer.receivers():
            if self._routes.get(part.ssrc) is part:
                del self._routes[part.ssrc]
                if self._rx is not None:
                    self._rx.forget(part.ssrc)

    def forget_consumer(self, consumer: Consumer) -> None:
        """It has ended."""
        self.consumers.pop(consumer.id, None)
        for ssrc in (consumer.ssrc, consumer.rtx_ssrc):
            self.consumers_by_ssrc.pop(ssrc, None)

    # --- time ----------------------------------------------------------------------------------
    def report(self, now_s: float) -> None:
        """Every second, as long as it lives."""
        self._rtcp_count = 0
        if self.check_alive(now_s):
            self.control.report(now_s)

    def check_alive(self, now_s: float) -> bool:
        """Closes what has fallen silent or never came. Whether it lives."""
        if self.packets != self._packets_before:
            self._packets_before = self.packets
            self.ice.heard_at_s = now_s
        heard = self.ice.heard_at_s
        if heard is not None and now_s - heard > SILENCE_TIMEOUT_S:
            self.close("silent")
        elif self.tx is None and self._connect_by_s is not None and now_s > self._connect_by_s:
            self.close("not connected in time")
        return not self.is_closed

    def stats(self) -> TransportFigures:
        """Figures of everything on this transport."""
        return figures_of(self)

    def _release(self) -> None:
        self._dtls.close()
        self.ice.close()
        self.router.forget_transport(self)
        self.connected.clear()
        self._rx = self.tx = None


def _sent_only(caps: RtpCapabilities) -> RtpCapabilities:
    extensions = [it for it in caps["headerExtensions"] if it["uri"] in SENT_EXTENSIONS]
    return {"codecs": caps["codecs"], "headerExtensions": extensions}
