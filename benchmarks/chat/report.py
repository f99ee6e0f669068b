"""RESULTS.md: a table per row, ratios within rounds, gates and goals, how it was measured."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.chat.bench import TITLES, Bench, RowRun
from benchmarks.chat.measures import Aim, Measure, Result, Spread, complaints, load_share

LOAD_IS_THE_LIMIT = 0.85
HEAD = """# What the chat path reaches

Written by `make bench`; how to read and repeat it: [README.md](README.md).
"""


def write(bench: Bench, path: Path, plots: Sequence[Path], profiles: dict[str, str]) -> None:
    """Write the whole page."""
    parts = [HEAD, *_conditions(bench), *_summary(bench)]
    parts += [f"![{plot.stem}]({plot.relative_to(path.parent)})\n" for plot in plots]
    for run in bench.runs:
        parts += _row(run)
        if run.row.name in profiles:
            parts += ["Where the time goes (py-spy):\n", f"```\n{profiles[run.row.name]}\n```\n"]
    parts += _settings(bench)
    path.write_text("\n".join(parts))


def _conditions(bench: Bench) -> Iterator[str]:
    every = [r for run in bench.runs for rounds in run.rounds.values() for r in rounds]
    loads = [r["load_average"] for r in every]
    yield f"- Measured {bench.began:%Y-%m-%d %H:%M} UTC, in {bench.seconds / 60:.0f} minutes"
    if loads:
        spread = Spread.of(loads)
        yield (
            f"- Load average while measuring: {spread.least:.1f} – {spread.middle:.1f} –"
            f" {spread.most:.1f} (the bench itself makes about 2)"
        )
    yield from (f"- {name}: {what}" for name, what in bench.facts.lines)
    yield ""


# --- goals ---------------------------------------------------------------------------------------
def reached(run: RowRun, aim: Aim, subject: str) -> Spread | None:
    """What a subject reached in an aim: ratios by round, or the figure itself."""
    measure = next(m for m in run.row.measures if m.name == aim.measure)
    ours, theirs = run.rounds.get(subject, []), run.rounds.get(aim.against, [])
    if aim.against:
        found = [measure.ratio(mine, other) for mine, other in zip(ours, theirs, strict=False)]
    else:
        found = [measure.read(mine) for mine in ours]
    return Spread.of(found) if found else None


def is_met(aim: Aim, spread: Spread, wanted: float) -> bool:
    """By the middle of the rounds."""
    return spread.middle >= wanted if aim.against else spread.middle <= wanted


def missed(run: RowRun) -> list[str]:
    """The subjects that missed a goal of this row."""
    found = []
    for aim in run.row.aims:
        for subject in aim.subjects:
            spread = reached(run, aim, subject)
            if spread is not None and not is_met(aim, spread, aim.goal) and subject not in found:
                found.append(subject)
    return found


def _summary(bench: Bench) -> Iterator[str]:
    yield "## Gates and goals\n"
    yield (
        "A ratio says how many times better Parlor is than the peer in the same round: least –"
        " **middle** – most. A gate is 80 % of what the first prototypes reached (not above the"
        " goal). A row that was not clean has a ⚠.\n"
    )
    yield "| row | figure | who | reached | gate | goal |"
    yield "|---|---|---|---|---|---|"
    for run in bench.runs:
        for aim in run.row.aims:
            for subject in aim.subjects:
                spread = reached(run, aim, subject)
                if spread is not None:
                    yield _aim_line(run, aim, subject, spread)
                elif subject in run.failures or aim.against in run.failures:
                    yield f"| {run.row.name} | {aim.measure} | {TITLES[subject]} | failed | | |"
    yield ""


def _aim_line(run: RowRun, aim: Aim, subject: str, spread: Spread) -> str:
    sign, unit = ("≥", "×") if aim.against else ("≤", "")
    measure = next(m for m in run.row.measures if m.name == aim.measure)
    unit = unit or f" {measure.unit}"
    versus = f" against {TITLES[aim.against]}" if aim.against not in ("", "echoroom") else ""
    dirty = any(complaints(r) for name in (subject, aim.against) for r in run.rounds.get(name, []))
    marks = [
        f"{sign}{wanted:.3g}{unit} {'met' if is_met(aim, spread, wanted) else '**missed**'}"
        for wanted in (aim.gate, aim.goal)
    ]
    return (
        f"| {run.row.name}{' ⚠' if dirty else ''} | {aim.measure}{versus} | {TITLES[subject]} |"
        f" {_spread(spread)}{unit} | {marks[0]} | {marks[1]} |"
    )


# --- a row ---------------------------------------------------------------------------------------
def _row(run: RowRun) -> Iterator[str]:
    yield f"## {run.row.title}\n"
    told = ", ".join(f"{name} {value}" for name, value in sorted(run.row.options.items()))
    count = max((len(rounds) for rounds in run.rounds.values()), default=0)
    yield f"`{run.row.name}`: {told}; {count} round{'s' * (count != 1)}, in turn.\n"
    yield "| | " + " | ".join(f"{m.name}, {m.unit}" for m in run.row.measures) + " | load client |"
    yield "|---" * (len(run.row.measures) + 2) + "|"
    for subject, rounds in run.rounds.items():
        yield _subject_line(run, subject, rounds)
    yield ""
    yield from _against(run)
    for subject, rounds in run.rounds.items():
        said = [words for r in rounds for words in complaints(r)]
        if said:
            yield f"⚠ {TITLES[subject]}: {'; '.join(dict.fromkeys(said))}.\n"
    for subject, why in run.failures.items():
        yield f"⚠ {TITLES[subject]} failed: {why.splitlines()[0]}\n"


def _subject_line(run: RowRun, subject: str, rounds: Sequence[Result]) -> str:
    figures = [_spread(Spread.of([m.read(r) for r in rounds])) for m in run.row.measures]
    share = max(load_share(r) for r in rounds)
    mark = " (the limit)" if share > LOAD_IS_THE_LIMIT else ""
    return f"| {TITLES[subject]} | {' | '.join(figures)} | {share:.0%}{mark} |"


def _against(run: RowRun) -> Iterator[str]:
    """Ratios to the peer, for every measure."""
    peer = next((n for n in ("echoroom", "echoroom-2") if n in run.rounds), None)
    ours = [n for n in run.rounds if n.startswith(("parlor", "embedded"))]
    if peer is None:
        return
    for subject in ours:
        other = "echoroom-2" if subject == "parlor-2" and "echoroom-2" in run.rounds else peer
        told = [_ratio(m, run.rounds[subject], run.rounds[other]) for m in run.row.measures]
        words = "; ".join(text for text in told if text)
        if words:
            yield f"{TITLES[subject]}, times better than {TITLES[other]}: {words}.\n"


def _ratio(measure: Measure, ours: Sequence[Result], theirs: Sequence[Result]) -> str:
    found = [measure.ratio(mine, other) for mine, other in zip(ours, theirs, strict=False)]
    return f"{measure.name} {_spread(Spread.of(found))}×" if any(found) else ""


def _spread(spread: Spread) -> str:
    if spread.least == spread.most:
        return f"**{_number(spread.middle)}**"
    return f"{_number(spread.least)} – **{_number(spread.middle)}** – {_number(spread.most)}"


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def _settings(bench: Bench) -> Iterator[str]:
    yield "## Settings\n"
    yield "What differs from the defaults; everything else is as it comes, every feature on.\n"
    for title, settings in bench.settings.items():
        told = " ".join(f"{name}={value}" for name, value in sorted(settings.items()))
        yield f"- {title}: `{told or 'none'}`"
    yield ""
