"""A doorbell that loses, repeats and reorders on purpose: what sequence rule 5 allows it to do.

A web process takes it by `BUS_CLASS=tests.convergence.faults.FaultyBus`; `FAULTS` is the share of
frames it happens to and `FAULTS_SEED` makes a run repeatable (as far as two processes are).
Entries suffer when they are rung, parcels when they arrive, entries again when they are taken.
"""

import asyncio
import os
from random import Random

from realtime import wire
from realtime.bus import Bus

LATE_BY_S = 1.5


class Fate:
    """What becomes of a frame: how many times it goes on, and after how many seconds."""

    def __init__(self, share, seed):
        self.share, self.random = share, Random(seed)
        self.lost = self.repeated = self.late = self.passed = 0

    def decide(self):
        """Delays of the copies that go on: [] is lost, [0.0] untouched."""
        if self.random.random() >= self.share:
            self.passed += 1
            return [0.0]
        match self.random.choice(["lost", "repeated", "late"]):
            case "lost":
                self.lost += 1
                return []
            case "repeated":
                self.repeated += 1
                return [0.0, self.random.uniform(0.0, LATE_BY_S)]
            case _:
                self.late += 1
                return [self.random.uniform(0.0, LATE_BY_S)]


class FaultyBus(Bus):
    """A Bus among whose frames fate is at work, on both sides."""

    def __init__(self, url, deployment, process):
        super().__init__(url, deployment, process)
        share = float(os.environ.get("FAULTS", "0.3"))
        seed = os.environ.get("FAULTS_SEED", "1")
        self.ringing = Fate(share, f"ring {seed}")
        self.arriving = Fate(share, f"arrive {seed}")
        self.taking = Fate(share, f"take {seed}")

    def ring(self, entry: wire.Entry) -> None:
        """As Bus.ring, if fate allows."""
        self._suffer(self.ringing, super().ring, entry)

    def _take(self, data: bytes) -> None:
        self._suffer(self.arriving, super()._take, data)

    def _take_entry(self, entry: wire.Entry) -> None:
        self._suffer(self.taking, super()._take_entry, entry)

    def _suffer(self, fate, go_on, what):
        for delay_s in fate.decide():
            if delay_s:
                asyncio.get_running_loop().call_later(delay_s, go_on, what)
            else:
                go_on(what)
