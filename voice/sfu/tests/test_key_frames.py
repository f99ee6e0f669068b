"""The first bytes of payloads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.sfu.key_frames import BY_MIME_TYPE, is_h264_key_frame, is_vp8_key_frame

VP8 = [
    ("10 00 00", True),  # bare descriptor, P = 0
    ("10 01 00", False),  # P = 1
    ("00 00 00", False),  # not the beginning of a partition
    ("11 00 00", False),  # the second partition
    ("90 80 05 00", True),  # 7-bit picture id
    ("90 80 85 05 00", True),  # 15-bit picture id
    ("90 e0 85 05 07 20 00", True),  # and TL0PICIDX and TID
    ("90 e0 85 05 07 20 01", False),
    ("90", False),
]
H264 = [
    ("67 42 e0", True),  # SPS
    ("65 88 80", True),  # IDR
    ("41 9a 00", False),
    ("78 00 04 67 42", True),  # STAP-A
    ("78 00 04 41 42", False),
    ("7c 85 88", True),  # FU-A, the first fragment of an IDR
    ("7c 05 88", False),  # a later one
    ("7c 81 88", False),
]


@pytest.mark.parametrize(("text", "expected"), VP8)
def test_vp8(text: str, expected: bool) -> None:
    data = memoryview(bytes.fromhex(text))
    assert is_vp8_key_frame(data, 0, len(data)) is expected


@pytest.mark.parametrize(("text", "expected"), H264)
def test_h264(text: str, expected: bool) -> None:
    data = memoryview(bytes.fromhex(text))
    assert is_h264_key_frame(data, 0, len(data)) is expected


@given(st.binary(max_size=12))
def test_no_bytes_break_them(data: bytes) -> None:
    for is_key_frame in BY_MIME_TYPE.values():
        is_key_frame(memoryview(data), 0, len(data))
