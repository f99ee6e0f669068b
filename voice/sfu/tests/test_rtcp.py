"""RTCP compounds, held against aiortc's own reading."""

from typing import Any

import pytest
from aiortc.rtp import RtcpPacket
from hypothesis import given
from hypothesis import strategies as st

from voice.sfu import rtcp

WORD = st.integers(0, 2**32 - 1)
BLOCKS = st.builds(
    rtcp.RtcpReceiverInfo,
    ssrc=WORD,
    fraction_lost=st.integers(0, 255),
    packets_lost=st.integers(-(2**23), 2**23 - 1),
    highest_sequence=WORD,
    jitter=WORD,
    lsr=WORD,
    dlsr=WORD,
)
INFO = st.builds(
    rtcp.RtcpSenderInfo,
    ntp_timestamp=st.integers(0, 2**64 - 1),
    rtp_timestamp=WORD,
    packet_count=WORD,
    octet_count=WORD,
)
REPORTS = st.one_of(
    st.builds(rtcp.RtcpRrPacket, ssrc=WORD, reports=st.lists(BLOCKS, max_size=4)),
    st.builds(rtcp.RtcpSrPacket, ssrc=WORD, sender_info=INFO, reports=st.lists(BLOCKS, max_size=4)),
)


def compound(parts: list[Any]) -> bytes:
    return b"".join(map(bytes, parts))


@given(st.lists(REPORTS, min_size=1, max_size=4))
def test_reports_are_read_as_aiortc_reads_them(parts: list[Any]) -> None:
    data = compound(parts)
    assert rtcp.read(data) == RtcpPacket.parse(data) == parts


@given(st.lists(REPORTS, max_size=2))
def test_feedback_is_read_beside_reports_and_what_nobody_asks_for_is_left_out(
    parts: list[Any],
) -> None:
    data = compound(parts) + rtcp.source(7, "somebody") + rtcp.nack(7, 9, [1, 2, 40])
    read = rtcp.read(data)
    assert read[:-1] == parts
    (nack,) = RtcpPacket.parse(rtcp.nack(7, 9, [1, 2, 40]))
    assert read[-1] == nack


@pytest.mark.parametrize("cut", range(1, 24))
def test_a_report_that_is_cut_off_makes_the_compound_unreadable(cut: int) -> None:
    whole = compound([rtcp.RtcpRrPacket(1, [rtcp.report(2, 3, 4, 5, 6, 7, 8)])])
    assert rtcp.read(whole[:-cut]) == []


def test_a_report_with_fewer_blocks_than_it_says_reads_nothing_of_what_follows() -> None:
    lying = bytearray(rtcp.receiver_reports(1, []))
    lying[0] |= 1
    follows = compound([rtcp.RtcpRrPacket(1, [rtcp.report(2, 3, 4, 5, 6, 7, 8)])])
    assert rtcp.read(bytes(lying) + follows) == []


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert isinstance(rtcp.read(data), list)
