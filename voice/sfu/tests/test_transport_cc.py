"""transport-cc feedback, read back by a reader of its own (as the draft says, not as we write)."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from voice.sfu.transport_cc import Arrivals


def decode(data: bytes) -> tuple[int, dict[int, float | None]]:
    """The count of messages, and arrival in seconds by 16-bit number, None where it was lost."""
    head, kind, words, _, _, base, count, last = struct.unpack_from("!BBHIIHHI", data)
    assert (head & 31, kind) == (15, 205)
    assert 4 * (words + 1) == len(data)
    at, symbols = 20, []
    while len(symbols) < count:
        (chunk,) = struct.unpack_from("!H", data, at)
        at += 2
        if chunk >> 15 == 0:
            symbols += [chunk >> 13 & 3] * (chunk & 0x1FFF)
        elif chunk >> 14 == 2:
            symbols += [chunk >> (13 - n) & 1 for n in range(14)]
        else:
            symbols += [chunk >> (12 - 2 * n) & 3 for n in range(7)]
    time, found = (last >> 8) * 256, {}
    for place, symbol in enumerate(symbols[:count]):
        if symbol == 1:
            time += data[at]
            at += 1
        elif symbol == 2:
            time += struct.unpack_from("!h", data, at)[0]
            at += 2
        found[(base + place) & 0xFFFF] = time / 4000 if symbol else None
    assert len(data) - at < 4
    return last & 0xFF, found


def test_nothing_came_nothing_is_said() -> None:
    assert Arrivals().take(1, 2) is None


def test_losses_and_reordering_are_told() -> None:
    arrivals = Arrivals()
    for sequence, at in ((65534, 10.0), (0, 10.02), (65535, 10.03), (2, 11.0)):
        arrivals.note(sequence, at)
    count, found = decode(arrivals.take(1, 2) or b"")
    assert count == 0
    assert found == {65534: 10.0, 65535: 10.03, 0: 10.02, 1: None, 2: 11.0}


def test_the_next_message_begins_where_the_last_one_ended() -> None:
    arrivals = Arrivals()
    arrivals.note(5, 1.0)
    arrivals.take(1, 2)
    arrivals.note(8, 1.1)
    count, found = decode(arrivals.take(1, 2) or b"")
    assert count == 1
    assert found == {6: None, 7: None, 8: 1.1}


def test_what_comes_after_its_message_is_still_told() -> None:
    arrivals = Arrivals()
    for sequence in (5, 7):
        arrivals.note(sequence, 1.0)
    arrivals.take(1, 2)
    arrivals.note(6, 1.2)
    assert decode(arrivals.take(1, 2) or b"")[1][6] == 1.2


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 8000)), min_size=1, max_size=200))
def test_any_order_can_be_told(steps: list[tuple[int, int]]) -> None:
    arrivals, expected, time = Arrivals(), {}, 40000
    for sequence, wait in steps:
        time += wait
        arrivals.note(sequence, time / 4000)
        expected[sequence] = time / 4000
    found = decode(arrivals.take(1, 2) or b"")[1]
    come = {sequence for sequence, at in found.items() if at is not None}
    assert come == set(expected)
