"""How well a stream arrives: sequence numbers, loss and jitter (RFC 3550 §6.4.1, A.1, A.3, A.8).

Counts only; the reports made of it are `rtcp`'s, and what is missing is `nack`'s.
"""

from voice.sfu import rtcp, rtp

MAX_STEP = 3000
MAX_TRANSIT_STEP = 1 << 20  # in the clock's units: more is no jitter, but the first, or a wrap


class Reception:
    """Counters of one SSRC, at the receiver's side."""

    __slots__ = (
        "_clock_rate",
        "_expected_before",
        "_first",
        "_octets_before",
        "_received_before",
        "_transit",
        "ahead",
        "bitrate_bps",
        "fraction_lost",
        "heard_at_s",
        "highest",
        "jitter",
        "octets",
        "packets",
        "sender_ntp",
        "sender_report_at_s",
        "sender_timestamp",
    )

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self.highest = -1  # index: the sequence number without its wrap-around
        self.ahead = 0  # of the last packet: how far after the highest before it
        self.packets = 0
        self.octets = 0
        self.jitter = 0.0  # in the clock's units
        self.heard_at_s = 0.0
        self.fraction_lost = 0.0  # of the last report's interval, 0–1
        self.bitrate_bps = 0
        # The sender's last report: its NTP time, its RTP timestamp, when it came.
        self.sender_ntp = 0
        self.sender_timestamp = 0
        self.sender_report_at_s = 0.0
        self._first = 0
        self._transit = -MAX_TRANSIT_STEP
        self._expected_before = 0
        self._received_before = 0
        self._octets_before = 0

    def count(self, sequence: int, timestamp: int, length: int, now_s: float) -> None:
        """A packet came; `ahead` and `highest` then say where it belongs."""
        highest = self.highest
        if highest < 0:
            # 65,536 below leaves room for packets that come before the first.
            self._first = self.highest = sequence + 65536
            self.ahead = 1
        else:
            ahead = ((sequence - highest + 0x8000) & 0xFFFF) - 0x8000
            if ahead < -MAX_STEP:  # a sender that began anew, lower: take it as a step forward
                ahead += 65536
            if ahead > 0:
                self.highest = highest + ahead
                if ahead > MAX_STEP:
                    self._first += ahead - 1  # what was skipped was never sent
            self.ahead = ahead
        self.packets += 1
        self.octets += length
        self.heard_at_s = now_s
        if self.ahead <= 0:  # late, or sent again: no measure of the road
            return
        transit = int(now_s * self._clock_rate) - timestamp & 0xFFFFFFFF
        difference = abs(transit - self._transit)
        if difference < MAX_TRANSIT_STEP:
            self.jitter += (difference - self.jitter) / 16
        self._transit = transit

    @property
    def jitter_s(self) -> float:
        """Interarrival jitter in seconds."""
        return self.jitter / self._clock_rate

    @property
    def lost(self) -> int:
        """Packets expected and not received, since the beginning; copies make it smaller."""
        return self.highest - self._first + 1 - self.packets if self.packets else 0

    def on_sender_report(self, ntp: int, timestamp: int, now_s: float) -> None:
        """The sender says which RTP timestamp belongs to which time."""
        self.sender_ntp = ntp
        self.sender_timestamp = timestamp
        self.sender_report_at_s = now_s

    def measure(self, interval_s: float) -> None:
        """Bit rate over the last interval."""
        self.bitrate_bps = int((self.octets - self._octets_before) * 8 / interval_s)
        self._octets_before = self.octets

    def report(self, ssrc: int, now_s: float) -> "rtcp.RtcpReceiverInfo":
        """The report block since the last one (RFC 3550 A.3)."""
        expected = self.highest - self._first + 1
        expected_now = expected - self._expected_before
        lost_now = expected_now - (self.packets - self._received_before)
        self._expected_before = expected
        self._received_before = self.packets
        self.fraction_lost = max(lost_now, 0) / expected_now if expected_now > 0 else 0.0
        since_s = now_s - self.sender_report_at_s if self.sender_report_at_s else 0.0
        return rtcp.report(
            ssrc=ssrc,
            fraction_lost=int(self.fraction_lost * 256),
            lost=self.lost,
            highest=rtp.wrap_cycles(self.highest),
            jitter=int(self.jitter),
            lsr=rtcp.compact_ntp(self.sender_ntp),
            dlsr=int(since_s * 65536),
        )
