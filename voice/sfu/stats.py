"""What is known of the quality of each part, without asking a client. Numbers only."""

from typing import TYPE_CHECKING, TypedDict

from voice.sfu import rtcp

if TYPE_CHECKING:
    from voice.sfu.consumer import Consumer
    from voice.sfu.producer import Producer
    from voice.sfu.transport import Transport

SENDER_REPORTS_KEPT = 8


class StreamFigures(TypedDict):
    """Of one stream in one direction. Loss is 0–1, over the last report's interval."""

    packets: int
    octets: int
    bitrate_bps: int
    packet_loss: float
    jitter_s: float


class ProducerFigures(StreamFigures):
    """From the sender to us."""

    recovered: int
    discarded: int
    excess: int
    missing: int


class ConsumerFigures(StreamFigures):
    """From us to a listener; the round trip is None until the first report about a report."""

    resent: int
    round_trip_ms: float | None


class TransportFigures(TypedDict):
    """Of one transport."""

    ice_state: str
    dtls_state: str
    address: tuple[str, int] | None
    packets_received: int
    packets_dropped: int
    available_bps: int | None
    producers: dict[str, ProducerFigures]
    consumers: dict[str, ConsumerFigures]


class ConsumerStats:
    """What a listener's receiver reports say (RFC 3550 §6.4.1)."""

    __slots__ = (
        "_octets_before",
        "_sent",
        "bitrate_bps",
        "clock_rate",
        "jitter_s",
        "lost",
        "packet_loss",
        "round_trip_s",
    )

    def __init__(self, clock_rate: int) -> None:
        self.clock_rate = clock_rate
        self.packet_loss = 0.0
        self.lost = 0
        self.jitter_s = 0.0
        self.round_trip_s: float | None = None
        self.bitrate_bps = 0
        self._octets_before = 0
        self._sent: dict[int, float] = {}  # compact NTP of our last reports → when they went

    def note_sender_report(self, compact_ntp: int, now_s: float) -> None:
        """A report with this time goes out."""
        self._sent[compact_ntp] = now_s
        if len(self._sent) > SENDER_REPORTS_KEPT:
            del self._sent[next(iter(self._sent))]

    def on_report(self, report: rtcp.RtcpReceiverInfo, now_s: float) -> None:
        """A report block about this stream."""
        self.packet_loss = report.fraction_lost / 256
        self.lost = report.packets_lost
        self.jitter_s = report.jitter / self.clock_rate
        sent_at = self._sent.get(report.lsr)
        if sent_at is not None:
            self.round_trip_s = max(0.0, now_s - sent_at - report.dlsr / 65536)

    def measure(self, octets: int, interval_s: float) -> None:
        """Bit rate over the last interval."""
        self.bitrate_bps = int((octets - self._octets_before) * 8 / interval_s)
        self._octets_before = octets


def figures_of(transport: "Transport") -> TransportFigures:
    """Everything that is known of a transport."""
    target = transport.destination
    return {
        "ice_state": transport.ice.state,
        "dtls_state": transport.dtls_state,
        "address": target.address() if target else None,
        "packets_received": transport.packets,
        "packets_dropped": transport.dropped,
        "available_bps": transport.control.available_bps,
        "producers": {it.id: _producer_figures(it) for it in transport.producers.values()},
        "consumers": {it.id: _consumer_figures(it) for it in transport.consumers.values()},
    }


def _producer_figures(producer: "Producer") -> ProducerFigures:
    """All simulcast streams together; loss and jitter of the worst."""
    receptions = [it.reception for it in producer.streams]
    return {
        "packets": sum(it.packets for it in receptions),
        "octets": sum(it.octets for it in receptions),
        "bitrate_bps": sum(it.bitrate_bps for it in receptions),
        "packet_loss": max(it.fraction_lost for it in receptions),
        "jitter_s": max(it.jitter_s for it in receptions),
        "recovered": sum(it.recovered for it in producer.streams),
        "discarded": sum(it.discarded for it in producer.streams),
        "excess": sum(it.excess for it in producer.streams),
        "missing": sum(len(it.missing or ()) for it in producer.streams),
    }


def _consumer_figures(consumer: "Consumer") -> ConsumerFigures:
    stats = consumer.stats
    round_trip_s = stats.round_trip_s
    return {
        "packets": consumer.packets,
        "octets": consumer.octets,
        "bitrate_bps": stats.bitrate_bps,
        "packet_loss": stats.packet_loss,
        "jitter_s": stats.jitter_s,
        "resent": consumer.resent,
        "round_trip_ms": None if round_trip_s is None else round_trip_s * 1000,
    }
