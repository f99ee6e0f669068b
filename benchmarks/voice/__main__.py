"""`make bench-voice`: Parlor's media core beside Janus, MediaRelay and a floor in C.

In each round every scene is run with every server, one directly after the other and in turning
order, so that a ratio is always of neighbours. Writes VOICE.md with `--write`; ends with 1 when a
gate is missed.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.voice import report
from benchmarks.voice.figures import gates_missed
from benchmarks.voice.first_audio import measure_first_audio
from benchmarks.voice.machine import describe
from benchmarks.voice.measure import Result, measure
from benchmarks.voice.peers import Peer
from benchmarks.voice.peers.janus import Janus, is_installed
from benchmarks.voice.peers.media_relay import MediaRelay
from benchmarks.voice.peers.parlor import Floor, Parlor
from benchmarks.voice.peers.process import Cores, ServerProcess
from benchmarks.voice.scenes import DURATION_S, SCENES, SMALL, SMALL_SATURATED, Scene

HERE = Path(__file__).parent
RESULTS = HERE / "results"
ROUNDS, QUICK_ROUNDS = 5, 1
QUICK_S = 1.0


def cells(with_janus: bool) -> Iterator[tuple[Scene, list[type[Peer]]]]:
    """Which servers are measured in which scene."""
    janus: list[type[Peer]] = [Janus] if with_janus else []
    for scene in SCENES:
        yield scene, [Parlor, *janus, *([Floor] if scene.senders == 1 else [])]
    yield SMALL, [Parlor, MediaRelay]
    yield SMALL_SATURATED, [Parlor, MediaRelay]


def run(rounds: int, quick: bool, only: str) -> tuple[list[Result], list[str]]:
    """All rounds; says each result as it comes. Also what failed: the others go on."""
    results: list[Result] = []
    failed: list[str] = []
    for number in range(rounds):
        for scene, peers in cells(is_installed()):
            if only and only not in scene.name:
                continue
            for peer in peers if number % 2 == 0 else reversed(peers):
                duration_s = QUICK_S if quick else scene.duration_s
                try:
                    results.append(measure(peer, scene, number, duration_s))
                    print(report.line(results[-1]), flush=True)
                except (RuntimeError, OSError) as problem:
                    failed.append(f"{number + 1}  {scene.name}: {peer.name} failed")
                    print(f"{failed[-1]}\n{problem}", file=sys.stderr, flush=True)
    return results, failed


def main() -> int:
    """0 when every gate is met and nothing failed."""
    parser = argparse.ArgumentParser(prog="make bench-voice", description=__doc__)
    parser.add_argument("--rounds", type=int, help=f"{ROUNDS}, or {QUICK_ROUNDS} when quick")
    parser.add_argument("--quick", action="store_true", help="a second per server and scene")
    parser.add_argument("--only", default="", help="scenes with this in their name")
    parser.add_argument("--write", action="store_true", help="VOICE.md and its figures anew")
    parser.add_argument("--rewrite", action="store_true", help="only the page, from kept figures")
    asked = parser.parse_args()
    if asked.rewrite:
        report.write(HERE.parent / "VOICE.md", RESULTS, *report.read(RESULTS))
        return 0
    if not is_installed():
        print("Janus is not installed (apt install janus): measured without it.", file=sys.stderr)
    machine = describe()
    first_audio_ms = measure_first_audio(5 if asked.quick else 20)
    cores = Cores.find()
    ServerProcess.core = cores.server
    os.sched_setaffinity(0, {cores.generator})
    rounds = asked.rounds or (QUICK_ROUNDS if asked.quick else ROUNDS)
    machine["Measured"] = f"{rounds} rounds, {QUICK_S if asked.quick else DURATION_S:g} s each"
    results, failed = run(rounds, asked.quick, asked.only)
    machine["Load average at the end"] = " ".join(f"{it:.1f}" for it in os.getloadavg())
    print("\n" + report.tables(results, first_audio_ms))
    if asked.write:
        report.write(HERE.parent / "VOICE.md", RESULTS, results, machine, first_audio_ms)
    missed = [*failed, *gates_missed(results)]
    print("\n".join(["", "Missed:", *missed]) if missed else "\nEvery gate is met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
