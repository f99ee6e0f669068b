"""One listener of one producer: copies each packet, numbers it, protects it, sends it.

What a listener gets is one stream that never breaks: sequence numbers go on by one and timestamps
by the time that passed, across pauses and changes of the source. So each number means one packet
for ever, which is what libsrtp (RFC 7714 §8: no nonce twice) and retransmissions need.
"""

import secrets
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from voice.sfu import rtcp, rtp
from voice.sfu.dtls_private import Srtp
from voice.sfu.ortc_types import Kind, RtpParameters
from voice.sfu.parts import Observers, Part
from voice.sfu.stats import ConsumerStats
from voice.sfu.stream import Stream
from voice.sfu.udp import Destination

if TYPE_CHECKING:
    from voice.sfu.producer import Producer
    from voice.sfu.transport import Transport

# Between two sender reports; sound and picture drift apart slowly. Just below whole seconds.
REPORT_PAUSE_S: dict[Kind, float] = {"audio": 4.5, "video": 0.5}
MAX_STRETCHES = 8  # remembered for retransmission
RESEND_PAUSE_S = 0.01  # the same packet is not sent again sooner
RESEND_ALLOWANCE = 500  # so many more may be sent again than were sent: asking costs nothing


# A consumer's parameters in the numbers that its listener chose (WHEP: sdp.renumber).
Numbered = Callable[[RtpParameters], RtpParameters]


class Stretch(NamedTuple):
    """From which stream a run of numbers was taken, and how its numbers became ours."""

    first: int
    offset: int
    timestamp_offset: int
    stream: Stream


class Consumer(Part):
    """See the module. Made by `Transport.consume`."""

    def __init__(
        self, transport: "Transport", producer: "Producer", rtp_parameters: RtpParameters
    ) -> None:
        super().__init__(transport)
        self.transport = transport
        self.producer = producer
        self.kind: Kind = producer.kind
        self.rtp_parameters = rtp_parameters
        encoding = rtp_parameters["encodings"][0]
        self.ssrc = encoding["ssrc"]
        self.rtx_ssrc = encoding["rtx"]["ssrc"] if "rtx" in encoding else 0
        self.cname = rtp_parameters["rtcp"].get("cname", "")
        self.is_paused = False
        self.producer_paused: Observers[bool] = Observers()
        self.layer = 0  # of the producer's streams, the lowest first
        self.max_layer = len(producer.streams) - 1  # a thumbnail needs no more than 0
        self.stats = ConsumerStats(producer.clock_rate)
        self.packets = 0
        self.octets = 0
        self.resent = 0
        self._rtx_payload_types = _rtx_payload_types(rtp_parameters)
        self._rtx_sequence = secrets.randbelow(1 << 14)
        self._resent_at: dict[int, float] = {}
        self._is_connected = False
        self._srtp: Srtp  # both are there as soon as it is connected, and it joins no stream before
        self._destination: Destination
        self._stream: Stream | None = None  # that it hears
        self._joining: Stream | None = None  # that it will hear from its next beginning on
        self._stretches: deque[Stretch] = deque(maxlen=MAX_STRETCHES)
        self._floor = 0  # indexes below this belong to before it (re)joined
        self._offset = 0
        self._timestamp_offset = 0
        # RFC 3711 §3.3.1: begin low, so that the roll-over counter is never in doubt.
        self._last = 65536 + secrets.randbelow(1 << 14)
        self._reported_at_s = float("-inf")
        self._left_timestamp = 0
        self._left_at_s = 0.0
        producer.add_consumer(self)

    # --- the hot path --------------------------------------------------------------------------
    def send(self, packet: rtp.Packet) -> None:
        """A packet of the stream it listens to."""
        index = packet.index
        if index < self._floor:
            return
        number = index + self._offset
        if number > self._last:
            self._last = number
        target = self._destination
        socket = target.socket
        out = socket.out_view
        length = packet.length
        out[:length] = packet.view
        rtp.write_numbers(
            out,
            2,
            number & 0xFFFF,
            packet.timestamp + self._timestamp_offset & 0xFFFFFFFF,
            self.ssrc,
        )
        size = self._srtp.protect(socket.out_data, length)
        if size:
            socket.push(size, target)
            self.packets += 1
            self.octets += length

    def begin(self, stream: Stream, packet: rtp.Packet, now_s: float) -> None:
        """The stream says: this packet is your first. Ours go on from where they were."""
        if stream is self._joining:
            if self._stream is not None:
                self._leave(self._stream)
            self._joining = None
            self._stream = stream
        if self._stretches and self._stretches[-1].stream is not stream:
            # Another stream has another clock: go on by the time that has passed.
            passed = max(1, int((now_s - self._left_at_s) * stream.clock_rate))
            self._timestamp_offset = self._left_timestamp + passed - packet.timestamp
        self._floor = packet.index
        self._offset = self._last + 1 - packet.index
        self._stretches.append(
            Stretch(self._last + 1, self._offset, self._timestamp_offset, stream)
        )

    # --- what it listens to --------------------------------------------------------------------
    def connect(self, srtp: Srtp, destination: Destination) -> None:
        """The transport is connected, or has another address."""
        self._srtp, self._destination = srtp, destination
        self._is_connected = True
        self.settle()

    def pause(self) -> None:
        """Sends nothing until `resume`."""
        self.is_paused = True
        self.settle()

    def resume(self) -> None:
        """Sends again: sound at once, a picture from the next key frame on."""
        self.is_paused = False
        self.settle()

    def set_max_layer(self, layer: int) -> None:
        """The client shows it no larger than this."""
        self.max_layer = layer
        self.set_layer(min(self.layer, layer))

    def set_layer(self, layer: int) -> None:
        """Of simulcast, 0 the lowest. The old one goes on until the new one has a key frame."""
        self.layer = layer
        self.settle()

    def settle(self) -> None:
        """Joins the stream that it should listen to now, or none."""
        wanted: Stream | None = None
        if self._is_connected and not (self.is_closed or self.is_paused):
            wanted = self.producer.stream_of(self.layer)
        if wanted is (self._joining or self._stream):
            return
        if self._joining is not None:
            self._joining.leave(self)
            self._joining = None
        if wanted is None and self._stream is not None:
            self._leave(self._stream)
            self._stream = None
        elif wanted is not None and wanted is not self._stream:
            self._joining = wanted
            wanted.join(self)
            self.producer.request_key_frame()

    def _leave(self, stream: Stream) -> None:
        """Remembers where the timestamps were, for the next stream to go on from."""
        stream.leave(self)
        slot = stream.history.find(self._last - self._offset)
        if slot >= 0:
            timestamp = stream.history.timestamps[slot] + self._timestamp_offset
            self._left_timestamp = timestamp & 0xFFFFFFFF
            self._left_at_s = stream.reception.heard_at_s

    # --- RTCP ----------------------------------------------------------------------------------
    def resend(self, sequences: list[int], now_s: float) -> None:
        """The listener misses these (a NACK)."""
        if len(self._resent_at) > 512:
            self._resent_at.clear()
        for sequence in sequences:
            if self.resent > self.packets + RESEND_ALLOWANCE:
                return
            number = rtp.extend(self._last, sequence)
            if now_s - self._resent_at.get(number, 0.0) < RESEND_PAUSE_S:
                continue
            for stretch in reversed(self._stretches):
                if number >= stretch.first:
                    self._resent_at[number] = now_s
                    self._resend(number, stretch)
                    break

    def _resend(self, number: int, stretch: Stretch) -> None:
        stream, target = stretch.stream, self._destination
        slot = stream.history.find(number - stretch.offset)
        if slot < 0:
            return
        socket, length = target.socket, stream.history.lengths[slot]
        source, out = self._stored(stream, slot), socket.out_view
        timestamp = stream.history.timestamps[slot] + stretch.timestamp_offset & 0xFFFFFFFF
        rtx_type = self._rtx_payload_types.get(source[1] & 127)
        if rtx_type is None or not self.rtx_ssrc:
            # Exactly the bytes of the first time: the same nonce must never say anything else.
            out[:length] = source[:length]
            rtp.write_numbers(out, 2, number & 0xFFFF, timestamp, self.ssrc)
        else:
            head = stream.head_length
            out[:head] = source[:head]
            out[1] = source[1] & 128 | rtx_type
            self._rtx_sequence = self._rtx_sequence + 1 & 0xFFFF
            rtp.write_numbers(out, 2, self._rtx_sequence, timestamp, self.rtx_ssrc)
            rtp.write_uint16(out, head, number & 0xFFFF)  # RFC 4588 §4: OSN
            out[head + 2 : length + 2] = source[head:length]
            length += 2
        size = self._srtp.protect(socket.out_data, length)
        if size:
            socket.push(size, target)
            self.resent += 1

    def _stored(self, stream: Stream, slot: int) -> memoryview:
        """A packet as it was sent to this listener, but for its numbers."""
        return stream.history.views[slot]

    def sender_report(self, now_s: float) -> bytes:
        """The producer's last SR in this listener's numbers, carried on to now; b"" without one."""
        stream = self._stream
        if stream is None or not self.packets or not stream.reception.sender_report_at_s:
            return b""
        if now_s - self._reported_at_s < REPORT_PAUSE_S[self.kind]:
            return b""
        self._reported_at_s = now_s
        reception = stream.reception
        passed_s = now_s - reception.sender_report_at_s
        ntp = reception.sender_ntp + int(passed_s * (1 << 32)) & 0xFFFFFFFFFFFFFFFF
        timestamp = reception.sender_timestamp + int(passed_s * stream.clock_rate)
        timestamp = timestamp + self._timestamp_offset & 0xFFFFFFFF
        self.stats.note_sender_report(rtcp.compact_ntp(ntp), now_s)
        return rtcp.sender_report(self.ssrc, ntp, timestamp, self.packets, self.octets, self.cname)

    def on_receiver_report(self, report: rtcp.RtcpReceiverInfo, now_s: float) -> None:
        """How well this listener hears it."""
        self.stats.on_report(report, now_s)

    def _release(self) -> None:
        for stream in (self._stream, self._joining):
            if stream is not None:
                stream.leave(self)
        self._stream = self._joining = None
        self.producer.remove_consumer(self)
        self.transport.forget_consumer(self)
        if self._is_connected:
            for ssrc in (self.ssrc, self.rtx_ssrc):
                if ssrc:
                    self._srtp.forget(ssrc)
        self.producer_paused.clear()


def _rtx_payload_types(parameters: RtpParameters) -> dict[int, int]:
    """RTX's payload type by the media's."""
    return {
        int(codec["parameters"]["apt"]): codec["payloadType"]
        for codec in parameters["codecs"]
        if codec["mimeType"].lower().endswith("/rtx")
    }
