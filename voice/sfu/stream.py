"""One RTP stream as it comes in: its numbers, what it lost, and its packets in the router's form.

Each packet is read once and rewritten once, straight into the ring that retransmissions are taken
from; listeners then copy from there. Numbers stay continuous when the stream is shut and opened
again (a muted producer, a speaker who is not among the loudest), because libsrtp refuses large
jumps and listeners would ask for what never was. What differs between sound and picture is in
`stream_kinds`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from voice.sfu import rtp
from voice.sfu.nack import SLOT_LENGTH, History, Missing
from voice.sfu.reception import Reception
from voice.sfu.transport_cc import Arrivals

if TYPE_CHECKING:
    from voice.sfu.consumer import Consumer

MAX_REWRITTEN = SLOT_LENGTH - 32  # room for RTX's two bytes
MAX_STEP = 3000  # RFC 3550 A.1 (MAX_DROPOUT): a longer step is another beginning
ABS_SEND_TIME_PER_S = 1 << 18  # 6.18 fixed point

UNLIMITED = 1 << 60

OPEN, SHUT, OPENING = 0, 1, 2


class ExtensionIds(NamedTuple):
    """Ids of header extensions; 0 is none."""

    mid: int = 0
    rid: int = 0
    repaired_rid: int = 0
    audio_level: int = 0
    abs_send_time: int = 0
    transport_cc: int = 0


class Surroundings(NamedTuple):
    """What a stream needs of its producer, transport and router."""

    clock_rate: int
    payload_types: list[int]  # theirs → ours, −1 where there is none
    theirs: ExtensionIds
    ours: ExtensionIds
    arrivals: Arrivals
    forward: Callable[[list["Consumer"], rtp.Packet], None]


class Stream:
    """What audio and video have in common. `listeners` get every packet, `waiting` want to."""

    head_length = 0

    def __init__(self, around: Surroundings, history_size: int) -> None:
        self.ssrc = 0  # 0: not seen yet (simulcast says only a rid)
        self.clock_rate = around.clock_rate
        self.reception = Reception(around.clock_rate)
        self.missing: Missing | None = None  # set where the codec has NACK
        self.on_gap: Callable[[Stream], None] = lambda stream: None
        self.on_break: Callable[[], None] = lambda: None  # too much is missing
        self.listeners: list[Consumer] = []
        self.waiting: list[Consumer] = []
        self.history = History(history_size)
        self.is_heard = True  # False while it is none of the loudest
        self.discarded = 0
        self.excess = 0  # packets dropped because their sender is far beyond its bit rate
        self._allowed = UNLIMITED  # of reception.octets; the clock moves it (`allow`)
        self.recovered = 0
        self._payload_types = around.payload_types
        self._cc_id, self._level_id = around.theirs.transport_cc, around.theirs.audio_level
        self._ours = around.ours
        self._arrivals = around.arrivals
        self._forward = around.forward
        self._packet = rtp.Packet()
        self._places = [0] * 16
        self._gate = OPEN
        self._shift = 0  # from their index to ours
        self._floor = 0  # our numbers below this belong to before the last opening
        self._last = -1  # our highest number

    def receive(self, buffer: memoryview, length: int, now_s: float) -> None:
        """A decrypted packet of this SSRC."""
        packet, places = self._packet, self._places
        cc = self._cc_id
        places[cc] = places[self._level_id] = 0
        if not rtp.read_header(packet, buffer, length, places):
            self.discarded += 1
            return
        if cc and places[cc]:
            self._arrivals.note(rtp.read_uint16(buffer, places[cc])[0], now_s)
        mapped = self._payload_types[packet.payload_type]
        if mapped < 0:
            self.discarded += 1
            return
        self.reception.count(packet.sequence, packet.timestamp, packet.length, now_s)
        if self.reception.octets > self._allowed:
            self.excess += 1
            return
        self._take(packet, buffer, mapped, self.reception.ahead, now_s)

    def receive_again(self, packet: rtp.Packet, buffer: memoryview, now_s: float) -> None:
        """A retransmission, unwrapped. Chromium also probes with copies of what has arrived."""
        mapped = self._payload_types[packet.payload_type]
        highest = self.reception.highest
        index = rtp.extend(highest, packet.sequence)
        if mapped < 0 or highest < 0 or not -MAX_STEP < index - highest <= 0:
            self.discarded += 1
            return
        self._allowed -= packet.length  # `reception` counts these no second time
        if self.reception.octets > self._allowed:
            self.excess += 1
            return
        self._take(packet, buffer, mapped, index - highest, now_s)

    def allow(self, more: int, most: int) -> None:
        """So many octets more may come, and at most so many at once: a token bucket whose tokens
        are how far `_allowed` is ahead. What was dropped is not charged.
        """
        octets = self.reception.octets
        self._allowed = octets + min(max(self._allowed - octets, 0) + more, most)

    def _take(
        self, packet: rtp.Packet, buffer: memoryview, mapped: int, ahead: int, now_s: float
    ) -> None:
        """`ahead`: how many numbers it is after the highest so far; 1 when all is well."""
        index = self.reception.highest + min(ahead, 0)
        if ahead != 1 and not self._note_order(index, ahead, now_s):
            return
        self._listen(packet, buffer)
        if self._gate and not self._pass_gate(index, ahead):
            return
        number = index + self._shift
        if number < self._floor or number <= self._last - self.history.mask:
            self.discarded += 1
            return
        if self._rewrite(packet, buffer, mapped, number, now_s):
            if self.waiting:
                self._admit(packet, now_s)
            self._forward(self.listeners, packet)

    def _note_order(self, index: int, ahead: int, now_s: float) -> bool:
        """Notes what is missing or was. False: a copy of what has been sent already."""
        if ahead > MAX_STEP or ahead < -MAX_STEP:
            self._gate = self._gate or OPENING
            if self.missing is not None:
                self.missing.clear()
            self.on_break()
        elif ahead > 1:
            if self.missing is not None and self._gate == OPEN:
                if self.missing.notice(index - ahead + 1, index, now_s):
                    self.on_gap(self)
                else:
                    self.on_break()
        elif self.history.find(index + self._shift) >= 0:
            self.discarded += 1
            return False
        elif self.missing is not None:
            self.recovered += 1
            self.missing.found(index, now_s)
        return True

    def _pass_gate(self, index: int, ahead: int) -> bool:
        """Shut: nothing passes. Opening: the first packet in order continues the numbers."""
        if self._gate == SHUT or ahead <= 0:
            return False
        self._gate = OPEN
        self._shift = self._last + 1 - index
        self._floor = self._last + 1
        return True

    def _rewrite(
        self, packet: rtp.Packet, buffer: memoryview, mapped: int, number: int, now_s: float
    ) -> bool:
        """Writes it in the router's form into the ring; `packet` then means that copy."""
        start, head = packet.payload_start, self.head_length
        length = head + packet.length - start
        if length > MAX_REWRITTEN:
            self.discarded += 1
            return False
        history = self.history
        slot = number & history.mask
        out = history.views[slot]
        self._write_head(out, packet, mapped, int(now_s * ABS_SEND_TIME_PER_S) & 0xFFFFFF)
        out[head:length] = buffer[start : packet.length]
        history.indexes[slot] = number
        history.lengths[slot] = length
        history.timestamps[slot] = packet.timestamp
        packet.buffer, packet.view = out, out[:length]
        packet.length, packet.payload_start, packet.index = length, head, number
        if number > self._last:
            self._last = number
        return True

    def _write_head(self, out: memoryview, packet: rtp.Packet, mapped: int, send_time: int) -> None:
        raise NotImplementedError

    def _listen(self, packet: rtp.Packet, buffer: memoryview) -> None:
        """Looks at what every packet says, forwarded or not."""

    def _can_begin(self, packet: rtp.Packet) -> bool:
        raise NotImplementedError

    def _admit(self, packet: rtp.Packet, now_s: float) -> None:
        """Who waited for a packet that can be a beginning, begins."""
        if packet.index == self._last and self._can_begin(packet):
            waiting, self.waiting = self.waiting, []
            for consumer in waiting:
                consumer.begin(self, packet, now_s)
            self.listeners = [*self.listeners, *waiting]

    def shut(self) -> None:
        """Forwards nothing until `open`; numbers will go on as if nothing had been left out."""
        self._gate = SHUT
        if self.missing is not None:
            self.missing.clear()

    def open(self) -> None:
        """Forwards from the next packet on."""
        if self._gate == SHUT:
            self._gate = OPENING

    def join(self, consumer: "Consumer") -> None:
        """It hears this stream from the next beginning on."""
        self.waiting = [*self.waiting, consumer]

    def leave(self, consumer: "Consumer") -> None:
        """It hears this stream no more."""
        self.waiting = [it for it in self.waiting if it is not consumer]
        self.listeners = [it for it in self.listeners if it is not consumer]
