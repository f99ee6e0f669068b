"""From single results to what is said of them: medians, ratios of the same round, verdicts."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.voice.measure import Result
from benchmarks.voice.peers.janus import Janus
from benchmarks.voice.peers.media_relay import MediaRelay
from benchmarks.voice.peers.parlor import Floor, Parlor

MOST_LOST = 0.001


class Spread(NamedTuple):
    """Of a figure over the rounds."""

    low: float
    middle: float
    high: float

    def text(self, digits: int = 2) -> str:
        """low–median–high."""
        return " – ".join(f"{it:.{digits}f}" for it in self)


@dataclass(frozen=True)
class Rule:
    """Parlor's cost as a share of a peer's may be at most this, by the median."""

    peer: str
    gate: float | None
    goal: float | None
    only: str = ""  # scenes with this in their name; elsewhere the figure is there to compare

    def applies(self, scene: str) -> bool:
        """Whether anything is wanted of this scene."""
        return self.only in scene

    def verdict(self, ratio: Spread) -> str:
        """What has been reached."""
        if self.gate is not None and ratio.middle > self.gate:
            return "GATE MISSED"
        if self.goal is not None and ratio.middle > self.goal:
            return "goal missed" if self.gate is None else "gate met, goal missed"
        return "goal met" if self.goal is not None else "gate met"


RULES = {
    Janus.name: Rule(Janus.name, gate=1.0, goal=0.7),
    MediaRelay.name: Rule(MediaRelay.name, gate=1 / 50, goal=None, only="saturated"),
    Floor.name: Rule(Floor.name, gate=None, goal=1.5, only="saturated"),
}


def spread(values: Sequence[float]) -> Spread:
    """Of at least one value."""
    return Spread(min(values), statistics.median(values), max(values))


def of(results: Sequence[Result], scene: str, peer: str) -> list[Result]:
    """All rounds of one cell, in order."""
    return [it for it in results if it.scene == scene and it.peer == peer]


def ratios(results: Sequence[Result], scene: str, peer: str) -> Spread | None:
    """Parlor's cost to the peer's, each from the same round; None where there is no such pair.

    Rounds in which Parlor lost packets do not count: what was lost has cost something too. What
    the peer lost is counted as forwarded, in its favour.
    """
    theirs = {it.round: it.outcome.least_cost_us for it in of(results, scene, peer)}
    found = [
        it.outcome.cost_us / theirs[it.round]
        for it in of(results, scene, Parlor.name)
        if it.round in theirs and it.outcome.loss <= MOST_LOST
    ]
    return spread(found) if found else None


def gates_missed(results: Sequence[Result]) -> list[str]:
    """What must not be."""
    scenes = dict.fromkeys(it.scene for it in results)
    missed = []
    for scene in scenes:
        for peer, rule in RULES.items():
            ratio = ratios(results, scene, peer)
            if ratio is not None and rule.applies(scene) and rule.verdict(ratio) == "GATE MISSED":
                missed.append(f"{scene}: {ratio.middle:.2f} of {peer}")
    return missed
