"""A listener whose offer chose the numbers (WHEP): payload type and extension ids are rewritten.

An answer takes the offer's numbers (RFC 3264 §6.1, RFC 8285 §6), and these need not be the
router's. It costs such a listener one more copy of each packet, and the others nothing.
"""

from typing import TYPE_CHECKING

from voice.sfu import ortc_types, rtp
from voice.sfu.consumer import Consumer
from voice.sfu.nack import SLOT_LENGTH
from voice.sfu.ortc_types import RtpParameters
from voice.sfu.stream import Stream

if TYPE_CHECKING:
    from voice.sfu.producer import Producer
    from voice.sfu.transport import Transport

# Where `stream_kinds` writes its two extensions: the byte with id and length, and its length.
_SEND_TIME_AT, _SEND_TIME_LENGTH = 16, 4
_LEVEL_AT, _LEVEL_LENGTH = 20, 2


class RenumberedConsumer(Consumer):
    """See the module. Made by `Transport.consume`."""

    def __init__(
        self, transport: "Transport", producer: "Producer", rtp_parameters: RtpParameters
    ) -> None:
        super().__init__(transport, producer, rtp_parameters)
        self._payload_type = rtp_parameters["codecs"][0]["payloadType"]
        ids = {it["uri"]: it["id"] for it in rtp_parameters["headerExtensions"] if it["id"] < 15}
        self._send_time_id = ids.get(ortc_types.ABS_SEND_TIME, 0)
        self._level_id = ids.get(ortc_types.AUDIO_LEVEL, 0)
        self._copy = memoryview(bytearray(SLOT_LENGTH))

    def send(self, packet: rtp.Packet) -> None:
        """A packet of the stream it listens to, renumbered in a copy: others listen, too."""
        view = packet.view
        packet.view = self._renumbered(view)
        super().send(packet)
        packet.view = view

    def _stored(self, stream: Stream, slot: int) -> memoryview:
        """The same bytes as the first time, which AES-GCM asks for."""
        return self._renumbered(stream.history.views[slot])

    def _renumbered(self, source: memoryview) -> memoryview:
        copy = self._copy[: len(source)]
        copy[:] = source
        copy[1] = source[1] & 128 | self._payload_type
        _rename(copy, _SEND_TIME_AT, _SEND_TIME_LENGTH, self._send_time_id)
        if self.kind == "audio":
            _rename(copy, _LEVEL_AT, _LEVEL_LENGTH, self._level_id)
        return copy


def _rename(packet: memoryview, at: int, length: int, number: int) -> None:
    """An extension under another id; one that was not offered becomes padding (RFC 8285 §4.2)."""
    if number:
        packet[at] = number << 4 | packet[at] & 15
    else:
        packet[at : at + length] = bytes(length)
