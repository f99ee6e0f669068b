"""Who speaks and who is heard, by levels alone."""

from typing import Any

import pytest

from voice.sfu.speakers import HOLD_INTERVALS, Level, Speakers
from voice.sfu.stream import OPEN, ExtensionIds, Surroundings
from voice.sfu.stream_kinds import AudioStream
from voice.sfu.transport_cc import Arrivals


class Microphone:
    """As much of a producer as the speakers look at."""

    def __init__(self, name: str) -> None:
        ids = ExtensionIds(audio_level=1)
        around = Surroundings(48000, [-1] * 128, ids, ids, Arrivals(), lambda to, packet: None)
        self.id, self.is_paused, self.source = name, False, "mic"
        self.streams = [AudioStream(around)]

    def is_at(self, dbov: int) -> None:
        """Ten packets of this loudness."""
        self.streams[0].loudness += 10 * (127 + dbov)
        self.streams[0].level_count += 10


class Room:
    """Some microphones, and what is told about them."""

    def __init__(self, count: int, max_heard: int = 5) -> None:
        self.speakers = Speakers(max_heard)
        self.changes: list[Level] = []
        self.active: list[str | None] = []
        self.speakers.changed.add(self.changes.extend)
        self.speakers.active.add(self.active.append)
        self.microphones = [Microphone(name) for name in "abcdefgh"[:count]]
        for it in self.microphones:
            self.speakers.add(it)  # type: ignore[arg-type]

    def tick(self, *dbov: int, times: int = 1) -> None:
        """One interval, each as loud as said."""
        for _ in range(times):
            for it, level in zip(self.microphones, dbov, strict=True):
                it.is_at(level)
            self.speakers.tick()

    @property
    def heard(self) -> str:
        return "".join(it.id for it in self.microphones if it.streams[0].is_heard)


def told(room: Room) -> list[tuple[str, bool]]:
    return [(it.producer_id, it.is_speaking) for it in room.changes]


def test_speaking_is_told_at_once_and_silence_after_a_while() -> None:
    room = Room(1)
    room.tick(-20)
    assert told(room) == [("a", True)]
    room.tick(-127, times=2)
    assert told(room) == [("a", True)]
    room.tick(-127, times=HOLD_INTERVALS + 8)
    assert told(room) == [("a", True), ("a", False)]


def test_noise_is_no_speech() -> None:
    room = Room(1)
    room.tick(-70, times=20)
    assert not room.changes


def test_who_is_muted_or_leaves_does_not_speak() -> None:
    room = Room(2)
    room.tick(-20, -20)
    room.microphones[0].is_paused = True
    room.tick(-20, -20)
    room.speakers.remove(room.microphones[1])  # type: ignore[arg-type]
    assert told(room) == [("a", True), ("b", True), ("a", False), ("b", False)]


def test_the_active_speaker_changes_only_for_somebody_clearly_louder() -> None:
    room = Room(2)
    room.tick(-30, -127)
    room.tick(-30, -27, times=5)
    assert room.active == ["a"]
    room.tick(-30, -10, times=5)
    assert room.active == ["a", "b"]
    room.speakers.remove(room.microphones[1])  # type: ignore[arg-type]
    assert room.active == ["a", "b", "a"]


def test_a_screen_and_what_says_no_levels_are_always_heard() -> None:
    room = Room(0, max_heard=1)
    for name, source, has_levels in (
        ("a", "mic", True),
        ("b", "screen", True),
        ("c", "mic", False),
    ):
        microphone: Any = Microphone(name)
        microphone.source, microphone.streams[0].has_levels = source, has_levels
        room.microphones.append(microphone)
        room.speakers.add(microphone)
    room.microphones[0].is_at(-20)
    room.speakers.tick()
    assert room.heard == "abc"


def test_few_are_all_heard() -> None:
    room = Room(5)
    room.tick(-127, -127, -127, -127, -127)
    assert room.heard == "abcde"


def test_of_many_the_loudest_are_heard() -> None:
    room = Room(4, max_heard=2)
    room.tick(-80, -20, -90, -30)
    assert room.heard == "bd"
    room.tick(-80, -20, -28, -30, times=9)
    assert room.heard == "bd", "two decibels are no reason to interrupt"
    room.tick(-80, -20, -10, -30)
    assert room.heard == "bc"


def test_somebody_who_raises_their_voice_is_heard_without_waiting_for_the_clock() -> None:
    room = Room(3, max_heard=2)
    room.tick(-30, -60, -100)
    loud: Any = room.microphones[2].streams[0]
    assert room.heard == "ab"
    loud.level = 20
    assert loud.level < loud.wake_level
    loud.on_wake()
    assert room.heard == "ac"
    assert loud._gate != OPEN  # it opens with the packet that is being looked at


@pytest.mark.parametrize("count", [1, 6])
def test_levels_can_be_asked_for(count: int) -> None:
    room = Room(count)
    room.tick(*[-40] * count)
    assert all(it.is_speaking for it in room.speakers.levels())
