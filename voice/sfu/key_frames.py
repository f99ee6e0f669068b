"""Whether a packet begins a key frame: all that the SFU reads of a payload.

End-to-end encrypted payloads keep these bytes readable for exactly this reason.
"""

from collections.abc import Callable

# (buffer, where the payload starts, where the packet ends) → bool
IsKeyFrame = Callable[[memoryview, int, int], bool]

_NAL_IDR, _NAL_SPS, _NAL_STAP_A, _NAL_FU_A = 5, 7, 24, 28


def is_vp8_key_frame(buffer: memoryview, at: int, end: int) -> bool:
    """RFC 7741 §4.2, §4.3: the first partition's first packet, with P = 0."""
    if at >= end:
        return False
    descriptor = buffer[at]
    if descriptor & 0x10 == 0 or descriptor & 0x07:  # S bit, partition 0
        return False
    at += 1
    if descriptor & 0x80:  # extension octet
        if at >= end:
            return False
        extension = buffer[at]
        at += 1
        if extension & 0x80 and at < end:  # picture id, 7 or 15 bits
            at += 2 if buffer[at] & 0x80 else 1
        if extension & 0x40:  # TL0PICIDX
            at += 1
        if extension & 0x30:  # TID, KEYIDX
            at += 1
    return at < end and buffer[at] & 0x01 == 0


def is_h264_key_frame(buffer: memoryview, at: int, end: int) -> bool:
    """RFC 6184 §5.2: an SPS or IDR slice alone, the first of an aggregate, or of its fragments."""
    if at + 1 >= end:
        return False
    kind = buffer[at] & 0x1F
    if kind == _NAL_STAP_A:
        return at + 3 < end and buffer[at + 3] & 0x1F in (_NAL_SPS, _NAL_IDR)
    if kind == _NAL_FU_A:
        return buffer[at + 1] & 0x80 != 0 and buffer[at + 1] & 0x1F in (_NAL_SPS, _NAL_IDR)
    return kind in (_NAL_SPS, _NAL_IDR)


def is_anything(buffer: memoryview, at: int, end: int) -> bool:
    """For codecs that nobody here can read."""
    return True


BY_MIME_TYPE: dict[str, IsKeyFrame] = {
    "video/vp8": is_vp8_key_frame,
    "video/h264": is_h264_key_frame,
}
