"""The pictures of RESULTS.md: ratios against their goals, and the curve over numbers of sockets."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt  # the backend is chosen first

from benchmarks.chat.bench import TITLES, Bench, RowRun
from benchmarks.chat.measures import CPU_PER_DELIVERY, DELIVERIES, DELIVERY_P99, Measure, Spread
from benchmarks.chat.report import reached

COLOURS = {
    "parlor": "#3b5bdb",
    "embedded": "#74a0f1",
    "parlor-2": "#1f3a93",
    "echoroom": "#e8590c",
    "echoroom-2": "#b34700",
    "ws": "#868e96",
}


def draw(bench: Bench, directory: Path) -> list[Path]:
    """Draw what there are figures for; answers the files."""
    directory.mkdir(parents=True, exist_ok=True)
    mpl.rcParams.update({"svg.hashsalt": "parlor", "font.size": 9, "axes.grid": True})
    mpl.rcParams.update({"axes.axisbelow": True, "grid.alpha": 0.3})
    drawn = [_goals(bench.runs, directory / "goals.svg")]
    curve = [run for run in bench.runs if run.row.name.startswith("curve-")]
    if len(curve) > 1:
        drawn.append(_curve(curve, directory / "sockets.svg"))
    return [path for path in drawn if path is not None]


def _goals(runs: Sequence[RowRun], path: Path) -> Path | None:
    bars: list[tuple[str, str, Spread, float]] = []
    for run in runs:
        for aim in run.row.aims:
            for subject in aim.subjects:
                spread = reached(run, aim, subject) if aim.against else None
                if spread is not None:
                    label = f"{run.row.name}\n{aim.measure}"
                    bars.append((label, subject, spread, aim.goal))
    if not bars:
        return None
    figure, axes = plt.subplots(figsize=(9, 0.34 * len(bars) + 1.2))
    for place, (_, subject, spread, goal) in enumerate(bars):
        reach = [[spread.middle - spread.least], [spread.most - spread.middle]]
        axes.barh(place, spread.middle, color=COLOURS[subject], xerr=reach, height=0.7)
        axes.plot([goal, goal], [place - 0.4, place + 0.4], color="black", linewidth=2)
    axes.axvline(1, color=COLOURS["echoroom"], linestyle="--")
    axes.set_yticks(range(len(bars)), [f"{b[0].replace(chr(10), ': ')} ({b[1]})" for b in bars])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("times better than the peer in the same round (dashed: equal; black: the goal)")
    return _save(figure, path)


def _curve(runs: Sequence[RowRun], path: Path) -> Path:
    measures = (CPU_PER_DELIVERY, DELIVERIES, DELIVERY_P99)
    figure, all_axes = plt.subplots(1, len(measures), figsize=(11, 3.4))
    for axes, measure in zip(all_axes, measures, strict=True):
        for subject in dict.fromkeys(name for run in runs for name in run.rounds):
            points = _points(runs, subject, measure)
            sockets, figures = zip(*points, strict=True)
            axes.plot(sockets, figures, "o-", color=COLOURS[subject], label=TITLES[subject])
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("sockets in the room")
        axes.set_ylabel(f"{measure.name}, {measure.unit}")
    all_axes[0].legend(fontsize=7)
    return _save(figure, path)


def _points(runs: Sequence[RowRun], subject: str, measure: Measure) -> list[tuple[float, float]]:
    return [
        (float(rounds[0]["sockets"]), Spread.of([measure.read(r) for r in rounds]).middle)
        for run in runs
        if (rounds := run.rounds.get(subject))
    ]


def _save(figure: Any, path: Path) -> Path:
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path
