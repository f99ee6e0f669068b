"""Streams of sound and of picture: their headers as listeners get them, and where one can begin.

Header extensions are written fresh, under the router's ids: abs-send-time (a listener's estimator
wants the time of *our* sending) and ssrc-audio-level. The others have done their work: mid and rid
found the stream (a listener knows it by SSRC), transport-cc belongs to the sender's connection.
"""

from collections.abc import Callable
from struct import Struct

from voice.sfu import rtp
from voice.sfu.key_frames import IsKeyFrame
from voice.sfu.stream import SHUT, Stream, Surroundings

VIDEO_HISTORY = 512  # packets: more than a second of 4 Mbit/s
AUDIO_HISTORY = 32  # 0.6 s

_VIDEO_HEAD = Struct("!BBHIIHHI")
_AUDIO_HEAD = Struct("!BBHIIHHIHxx")
_WITH_EXTENSION = 0x90  # version 2, X bit


class AudioStream(Stream):
    """Loudness is summed up for the speakers' clock; any packet can be a beginning."""

    head_length = _AUDIO_HEAD.size

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around, AUDIO_HISTORY)
        self.level = 127  # −dBov of the last packet (RFC 6464 §3): 127 is silence
        self.loudness = 0  # sum of 127 − level since the speakers' clock last looked
        self.level_count = 0
        self.wake_level = -1  # heard again as soon as it is louder (a smaller level) than this
        self.on_wake: Callable[[], None] = lambda: None
        self.has_levels = self._level_id > 0  # else nobody can tell how loud it is
        self._level_head = self._ours.audio_level << 12
        self._time_head = (self._ours.abs_send_time << 4 | 2) << 24

    def _listen(self, packet: rtp.Packet, buffer: memoryview) -> None:
        at = self._places[self._level_id]
        if at:
            self.level = level = buffer[at] & 127
            self.loudness += 127 - level
            self.level_count += 1
            if level < self.wake_level and self._gate == SHUT:
                self.on_wake()

    def _write_head(self, out: memoryview, packet: rtp.Packet, mapped: int, send_time: int) -> None:
        _AUDIO_HEAD.pack_into(
            out,
            0,
            _WITH_EXTENSION,
            packet.marker | mapped,
            0,
            packet.timestamp,
            0,
            rtp.ONE_BYTE_FORM,
            2,
            self._time_head | send_time,
            self._level_head | self.level,
        )

    def _can_begin(self, packet: rtp.Packet) -> bool:
        return True


class VideoStream(Stream):
    """Only a key frame can be a beginning."""

    head_length = _VIDEO_HEAD.size

    def __init__(self, around: Surroundings, is_key_frame: IsKeyFrame) -> None:
        super().__init__(around, VIDEO_HISTORY)
        self._is_key_frame = is_key_frame
        self._time_head = (self._ours.abs_send_time << 4 | 2) << 24

    def shut(self) -> None:
        """Whoever listened needs a key frame to go on."""
        super().shut()
        self.waiting = [*self.waiting, *self.listeners]
        self.listeners = []

    def _write_head(self, out: memoryview, packet: rtp.Packet, mapped: int, send_time: int) -> None:
        _VIDEO_HEAD.pack_into(
            out,
            0,
            _WITH_EXTENSION,
            packet.marker | mapped,
            0,
            packet.timestamp,
            0,
            rtp.ONE_BYTE_FORM,
            1,
            self._time_head | send_time,
        )

    def _can_begin(self, packet: rtp.Packet) -> bool:
        return self._is_key_frame(packet.buffer, packet.payload_start, packet.length)


class Retransmissions:
    """The RTX stream beside a stream (RFC 4588 §4), unwrapped into it."""

    def __init__(self, stream: Stream, payload_types: list[int], around: Surroundings) -> None:
        self.ssrc = 0
        self.packets = 0
        self.padding = 0
        self._stream = stream
        self._payload_types = payload_types  # RTX's → the media's, −1 where there is none
        self._cc_id = around.theirs.transport_cc
        self._arrivals = around.arrivals
        self._packet = rtp.Packet()
        self._places = [0] * 16

    def receive(self, buffer: memoryview, length: int, now_s: float) -> None:
        """A decrypted packet of the RTX SSRC."""
        packet, places, cc = self._packet, self._places, self._cc_id
        places[cc] = 0
        if not rtp.read_header(packet, buffer, length, places):
            return
        if cc and places[cc]:
            self._arrivals.note(rtp.read_uint16(buffer, places[cc])[0], now_s)
        start = packet.payload_start
        media = self._payload_types[packet.payload_type]
        if packet.length < start + 2 or media < 0:
            self.padding += 1  # Chromium probes with empty packets
            return
        self.packets += 1
        packet.sequence = rtp.read_uint16(buffer, start)[0]
        packet.payload_start = start + 2
        packet.payload_type = media
        self._stream.receive_again(packet, buffer, now_s)
