"""The bench itself: it measures what it says, and notices what it must."""

import shutil
import signal
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.voice import plot, report
from benchmarks.voice.figures import gates_missed, ratios
from benchmarks.voice.generator import Generator, Outcome
from benchmarks.voice.measure import Result, measure
from benchmarks.voice.payload import make_payload
from benchmarks.voice.peers.janus import Janus, is_installed
from benchmarks.voice.peers.parlor import Floor, Parlor
from benchmarks.voice.scenes import TINY, Scene

pytestmark = pytest.mark.once
needs_compiler = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("gcc"), reason="the generator is C for Linux"
)
MEETING = Scene("3×3", "audio", 3, 2, 100, 100, duration_s=0.3)
PICTURE = Scene("1→2, picture", "video", 1, 2, 1100, 400, duration_s=0.3)
SATURATED = Scene("1→3, saturated", "audio", 1, 3, 100, 0, duration_s=0.3)


@needs_compiler
@pytest.mark.parametrize("scene", [TINY, MEETING, PICTURE, SATURATED], ids=lambda it: it.name)
def test_all_that_is_sent_to_parlor_comes_back_as_it_was(scene: Scene) -> None:
    outcome = measure(Parlor, scene, 0, scene.duration_s).outcome
    assert outcome.sent > 10
    assert outcome.received == outcome.expected == outcome.sent * scene.listeners
    assert outcome.checked > 0
    assert outcome.wrong == 0
    assert 0 < outcome.server_cpu_s < 10


@needs_compiler
def test_the_floor_forwards_the_same() -> None:
    outcome = measure(Floor, TINY, 0, TINY.duration_s).outcome
    assert outcome.received == outcome.expected
    assert outcome.wrong == 0


if is_installed():  # no skipped test where it is not: only the bench wants it

    @needs_compiler
    def test_janus_forwards_the_same() -> None:
        outcome = measure(Janus, MEETING, 0, MEETING.duration_s).outcome
        assert outcome.received == outcome.expected
        assert outcome.wrong == 0


@pytest.fixture
def parlor(tmp_path: Path) -> Iterator[Parlor]:
    """The server that is measured, not the whole house."""
    running = Parlor(tmp_path)
    yield running
    running.process.popen.send_signal(signal.SIGCONT)
    running.stop()


@needs_compiler
def test_a_server_that_stands_still_loses_everything(parlor: Parlor) -> None:
    room = parlor.fill(TINY)
    generator = Generator(room.senders, room.listeners, TINY, make_payload(TINY))
    parlor.process.popen.send_signal(signal.SIGSTOP)
    outcome = generator.measure(parlor.process.cpu_clock_s, 0.1, is_checked=True)
    generator.close()
    assert outcome.expected > 0
    assert outcome.loss == 1.0


@needs_compiler
def test_packets_with_other_contents_are_noticed(parlor: Parlor) -> None:
    room = parlor.fill(TINY)
    unstamped = replace(TINY, name="without a stamp")
    keys_of_another = [it._replace(rx=room.listeners[0].rx) for it in room.listeners]
    generator = Generator(room.senders, keys_of_another, unstamped, make_payload(TINY))
    outcome = generator.measure(parlor.process.cpu_clock_s, 0.3, is_checked=True)
    generator.close()
    assert outcome.wrong > 0


def _result(round_number: int, peer: str, cost_us: float, scene: str = "a scene") -> Result:
    outcome = Outcome(
        sent=10,
        received=100,
        expected=100,
        took_s=1.0,
        server_cpu_s=cost_us * 100 / 1e6,
        server_share=0.5,
        generator_share=0.1,
        latency_p50_us=100,
        latency_p99_us=200,
        checked=3,
        wrong=0,
    )
    return Result(round_number, scene, peer, outcome, 0.01, 150.0)


def test_a_ratio_is_of_the_same_round() -> None:
    # The machine was twice as slow in the second round, for both.
    results = [
        *(_result(0, peer, cost) for peer, cost in (("Parlor", 6.0), ("Janus", 10.0))),
        *(_result(1, peer, cost) for peer, cost in (("Parlor", 12.0), ("Janus", 20.0))),
        _result(2, "Parlor", 99.0),
    ]
    ratio = ratios(results, "a scene", "Janus")
    assert ratio is not None
    assert [round(it, 6) for it in ratio] == [0.6, 0.6, 0.6]


def test_a_round_with_losses_of_ours_does_not_count() -> None:
    lossy = _result(0, "Parlor", 6.0)
    lossy = replace(lossy, outcome=replace(lossy.outcome, expected=110))
    results = [lossy, _result(0, "Janus", 10.0)]
    assert ratios(results, "a scene", "Janus") is None
    assert "Parlor lost packets" in report.ratio_table(results)
    ratio = ratios(
        [*results, _result(1, "Parlor", 6.0), _result(1, "Janus", 10.0)], "a scene", "Janus"
    )
    assert ratio is not None
    assert round(ratio.high, 6) == 0.6


def test_what_a_peer_lost_counts_as_forwarded() -> None:
    lossy = _result(0, "Janus", 20.0)
    lossy = replace(lossy, outcome=replace(lossy.outcome, expected=200))
    ratio = ratios([_result(0, "Parlor", 6.0), lossy], "a scene", "Janus")
    assert ratio is not None
    assert round(ratio.high, 6) == 0.6


def test_a_gate_that_is_missed_is_said() -> None:
    met = [_result(0, "Parlor", 9.9), _result(0, "Janus", 10.0)]
    missed = [_result(0, "Parlor", 10.2), _result(0, "Janus", 10.0)]
    assert gates_missed(met) == []
    assert gates_missed(missed) == ["a scene: 1.02 of Janus"]
    assert "gate met, goal missed" in report.ratio_table(met)
    assert "GATE MISSED" in report.ratio_table(missed)


def test_the_page_has_every_figure_and_its_pictures(tmp_path: Path) -> None:
    costs = {"Parlor": 5.0, "Janus": 10.0, "C floor": 4.0}
    results = [_result(0, peer, cost) for peer, cost in costs.items()]
    target = tmp_path / "VOICE.md"
    report.write(target, tmp_path / "results", results, {"CPU": "one"}, [40.0, 60.0, 50.0])
    text = target.read_text()
    for expected in (
        "0.50 – 0.50 – 0.50",
        "10.00 – 10.00 – 10.00",
        "40 – 50 – 60 ms",
        "| CPU | one",
    ):
        assert expected in text
    assert "{" not in text
    assert report.read(tmp_path / "results") == (results, {"CPU": "one"}, [40.0, 60.0, 50.0])
    for picture in (plot.costs(results), plot.ratios(results)):
        assert "Janus" in "".join(ElementTree.fromstring(picture).itertext())
