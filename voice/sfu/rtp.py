"""RTP headers by `struct` on shared buffers (RFC 3550 §5.1, RFC 8285), no object per packet.

A `Packet` is one reusable set of slots that a stream fills in for each packet and that consumers
read. `read` fills it in from the wire; nothing here knows sockets, keys or rooms.
"""

from struct import Struct

HEADER_LENGTH = 12
MAX_PACKET_LENGTH = 1500
MAX_EXTENSION_ID = 14  # one-byte form; of the two-byte form ids up to this are read as well
ONE_BYTE_FORM = 0xBEDE
TWO_BYTE_FORM = 0x1000
TWO_BYTE_MASK = 0xFFF0  # the low four bits are "appbits" (RFC 8285 §4.3)

_FIXED = Struct("!BBHII")
_EXTENSION = Struct("!HH")
_SEQUENCE_TIMESTAMP_SSRC = Struct("!HII")

read_fixed = _FIXED.unpack_from
write_fixed = _FIXED.pack_into
write_numbers = _SEQUENCE_TIMESTAMP_SSRC.pack_into  # at offset 2
read_uint16 = Struct("!H").unpack_from
write_uint16 = Struct("!H").pack_into
read_ssrc = Struct("!I").unpack_from
read_extension_head = _EXTENSION.unpack_from
write_extension_head = _EXTENSION.pack_into


class Packet:
    """The packet that is being forwarded. Offsets and lengths in bytes; −1 is "not there"."""

    __slots__ = (
        "buffer",
        "index",
        "length",
        "marker",
        "payload_start",
        "payload_type",
        "sequence",
        "ssrc",
        "timestamp",
        "view",
    )

    def __init__(self) -> None:
        self.buffer = memoryview(b"")  # where it lies
        self.view = self.buffer  # exactly the packet, once it is in the router's form
        self.length = 0
        self.marker = 0  # 0 or 128, as in the header
        self.payload_type = 0
        self.sequence = 0
        self.timestamp = 0
        self.ssrc = 0
        self.payload_start = 0
        self.index = 0  # the sequence number without its wrap-around


def read_header(packet: Packet, buffer: memoryview, length: int, places: list[int]) -> bool:
    """Fills in the header and where each extension's value starts, by its id.

    `places` has 15 slots. Padding is taken off (RFC 3550 §5.1). False: no RTP.
    """
    if length < HEADER_LENGTH:
        return False
    first, second, packet.sequence, packet.timestamp, packet.ssrc = read_fixed(buffer)
    if first >> 6 != 2:
        return False
    packet.marker = second & 128
    packet.payload_type = second & 127
    start = HEADER_LENGTH + 4 * (first & 15)
    if first & 16:
        if length < start + 4:
            return False
        form, words = read_extension_head(buffer, start)
        end = start + 4 + 4 * words
        if length < end:
            return False
        _read_extensions(buffer, start + 4, end, form, places)
        start = end
    if first & 32:
        length -= buffer[length - 1] if length > start else 0
    if length < start:
        return False
    packet.payload_start = start
    packet.length = length
    return True


def _read_extensions(buffer: memoryview, at: int, end: int, form: int, places: list[int]) -> None:
    """Notes where values start. What is cut off or has an unknown form is skipped."""
    if form == ONE_BYTE_FORM:
        while at < end:
            head = buffer[at]
            at += 1
            if head == 0:  # padding
                continue
            identity, size = head >> 4, (head & 15) + 1
            if identity == 15 or at + size > end:  # RFC 8285 §4.2: stop here
                return
            places[identity] = at
            at += size
    elif form & TWO_BYTE_MASK == TWO_BYTE_FORM:
        while at + 1 < end:
            identity = buffer[at]
            if identity == 0:
                at += 1
                continue
            size = buffer[at + 1]
            at += 2
            if at + size > end:
                return
            if size > 0 and identity <= MAX_EXTENSION_ID:
                places[identity] = at
            at += size


def extension_text(buffer: memoryview, at: int) -> str:
    """The short text (mid, rid) that starts here; its length is in the byte before. 0: none.

    Only for the one-byte form, which is what browsers use for these.
    """
    if not at:
        return ""
    size = (buffer[at - 1] & 15) + 1
    return bytes(buffer[at : at + size]).decode("ascii", "replace")


def extend(last: int, sequence: int) -> int:
    """The number that continues `last` (RFC 3550 A.1): nearest one with these low 16 bits."""
    return last + ((sequence - last + 0x8000) & 0xFFFF) - 0x8000


def wrap_cycles(index: int) -> int:
    """The extended sequence number as RTCP wants it: cycles from 0 (indexes begin at one)."""
    return (index - 65536) & 0xFFFFFFFF
