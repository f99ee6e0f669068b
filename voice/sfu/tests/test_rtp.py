"""RTP headers, by packets made by hand and by chance."""

from hypothesis import given
from hypothesis import strategies as st

from voice.sfu import rtp
from voice.sfu.tests.peer import make_rtp


def read(data: bytes) -> tuple[bool, rtp.Packet, list[int]]:
    """Reads into fresh slots."""
    packet, places = rtp.Packet(), [0] * 16
    return rtp.read_header(packet, memoryview(bytearray(data)), len(data), places), packet, places


def test_the_fixed_header_is_read() -> None:
    is_rtp, packet, _ = read(make_rtp(7, ssrc=99, payload_type=111, timestamp=5, marker=True))
    assert is_rtp
    assert (packet.sequence, packet.ssrc, packet.payload_type) == (7, 99, 111)
    assert (packet.timestamp, packet.marker, packet.payload_start) == (5, 128, 12)


def test_csrcs_are_stepped_over() -> None:
    data = bytearray(make_rtp(1))
    data[0] |= 2
    data[12:12] = bytes(8)
    assert read(bytes(data))[1].payload_start == 20


def test_one_byte_extensions_are_found() -> None:
    data = make_rtp(1, extensions={1: b"mid0", 3: b"\x85"})
    _, packet, places = read(data)
    assert data[places[3]] == 0x85
    assert rtp.extension_text(memoryview(data), places[1]) == "mid0"
    assert data[packet.payload_start :] == b"opus"


def test_two_byte_extensions_are_found() -> None:
    block = b"\x03\x01\x85\x00\x01\x04mid0\x00\x00"
    data = b"\x90" + make_rtp(1)[1:12] + b"\x10\x00" + (len(block) // 4).to_bytes(2, "big") + block
    is_rtp, _, places = read(data)
    assert is_rtp
    assert data[places[3]] == 0x85
    assert data[places[1] : places[1] + 4] == b"mid0"


def test_padding_is_taken_off() -> None:
    data = bytearray(make_rtp(1, payload=b"opus" + bytes(3) + b"\x04"))
    data[0] |= 0x20
    assert read(bytes(data))[1].length == len(data) - 4


def test_more_padding_than_packet_is_no_rtp() -> None:
    data = bytearray(make_rtp(1, payload=b"\xff"))
    data[0] |= 0x20
    assert not read(bytes(data))[0]


@given(st.binary(max_size=80))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    is_rtp, packet, places = read(data)
    if is_rtp:
        assert 12 <= packet.payload_start <= packet.length <= len(data)
        assert all(0 <= place < max(len(data), 1) for place in places)


@given(st.integers(65536, 1 << 40), st.integers(-30000, 30000))
def test_indexes_do_not_wrap_around(last: int, step: int) -> None:
    assert rtp.extend(last, (last + step) & 0xFFFF) == last + step
