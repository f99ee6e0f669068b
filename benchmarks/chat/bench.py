"""Goes through the rows: starts the subjects, lets the load client at them, keeps every round.

Within a row the rounds alternate (first round of each subject, second round of each, …), so that
whatever else the machine does meets all of them. Judging and writing is report.py's part.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.chat import machine
from benchmarks.chat.load import Load, LoadFailed
from benchmarks.chat.measures import Result, complaints, load_share
from benchmarks.chat.rows import Row
from benchmarks.chat.subjects import (
    EchoRoom,
    Floor,
    Parlor,
    RecoveringEchoRoom,
    Subject,
    make_database,
    node,
)
from scripts.install import PEERS

TITLES = {
    "parlor": "Parlor (PostgreSQL, Redis)",
    "embedded": "Parlor (SQLite)",
    "echoroom": "Express + socket.io + pg",
    "ws": "plain ws (floor)",
    "parlor-2": "Parlor, 2 processes",
    "echoroom-2": "socket.io + Redis adapter, 2 processes",
    "echoroom-csr": "socket.io connection-state recovery",
}
LET_GO_S = 1.0


@dataclass
class RowRun:
    """What came of a row: rounds by subject; a subject that failed has a reason instead."""

    row: Row
    rounds: dict[str, list[Result]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


@dataclass
class Bench:
    """A whole run."""

    facts: machine.Facts
    settings: dict[str, dict[str, str]] = field(default_factory=dict)
    runs: list[RowRun] = field(default_factory=list)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.0


class Cast:
    """The subjects, prepared when first needed and kept for the whole bench."""

    def __init__(self, stack: ExitStack, directory: Path, postgres_url: str, people: int) -> None:
        self._stack, self._directory, self._people = stack, directory, people
        self._postgres_url = postgres_url
        self._known: dict[str, Subject] = {}

    def get(self, name: str) -> Subject:
        """The subject of that name, with its people and rooms."""
        if name not in self._known:
            subject = self._make(name)
            say(f"  preparing {subject.title}")
            subject.prepare(self._people)
            self._known[name] = subject
        return self._known[name]

    def all(self) -> Sequence[Subject]:
        """Those that were needed."""
        return list(self._known.values())

    def _make(self, name: str) -> Subject:
        directory = self._directory / name
        title, processes = TITLES[name], 2 if name.endswith("-2") else 1
        if name == "ws":
            return Floor(name, title, directory)
        if name == "embedded":
            return Parlor(name, title, directory)
        kind = {"parlor": Parlor, "echoroom-csr": RecoveringEchoRoom}.get(name, EchoRoom)
        kind = Parlor if name == "parlor-2" else kind
        url = make_database(self._postgres_url, name.replace("-", "_"))
        needs_redis = kind is Parlor or processes > 1 or name == "echoroom-csr"
        redis_url = self._stack.enter_context(machine.redis_server()).url if needs_redis else ""
        return kind(name, title, directory, processes, url, redis_url)


def say(text: str) -> None:
    """Progress, for a person."""
    print(text, flush=True)


@contextmanager
def session(directory: Path, people: int) -> Iterator[tuple[Bench, Cast]]:
    """Database and subjects for one bench; all gone afterwards."""
    machine.take_load_core()
    with ExitStack() as stack:
        postgres = stack.enter_context(machine.durable_postgres())
        bench = Bench(machine.facts(postgres, PEERS, node()))
        cast = Cast(stack, directory, postgres.url, people)
        began_s = time.monotonic()
        yield bench, cast
        bench.seconds = time.monotonic() - began_s
        bench.settings = {subject.title: subject.told_env() for subject in cast.all()}


def run_row(row: Row, cast: Cast, program: Path, *, is_quick: bool, rounds: int = 0) -> RowRun:
    """All rounds of one row."""
    say(f"\n{row.name}: {row.title}")
    run = RowRun(row)
    count = rounds or (row.quick_rounds if is_quick else row.rounds)
    options = row.options_for(is_quick=is_quick)
    if row.fresh:
        _fresh_rounds(run, cast, program, options, count)
    else:
        _rounds_in_turn(run, cast, program, options, count)
    return run


def _rounds_in_turn(
    run: RowRun, cast: Cast, program: Path, options: dict[str, object], count: int
) -> None:
    subjects = [cast.get(name) for name in run.row.subjects]
    with ExitStack() as stack:
        loads: dict[str, Load] = {}
        for subject in subjects:
            with _told_failures(run, subject):
                stack.callback(subject.stop)
                subject.start()
                if run.row.before:
                    Load.once(program, subject, run.row.before)
                loads[subject.name] = Load(program, subject, options)
                stack.callback(loads[subject.name].close)
        for number in range(count):
            for subject in subjects:
                if subject.name in run.failures:
                    continue
                with _told_failures(run, subject):
                    _keep(run, subject, loads[subject.name].round(), options, number)


def _fresh_rounds(
    run: RowRun, cast: Cast, program: Path, options: dict[str, object], count: int
) -> None:
    for number in range(count):
        for name in run.row.subjects:
            subject = cast.get(name)
            with _told_failures(run, subject), ExitStack() as stack:
                stack.callback(subject.stop)
                subject.start()
                # What a first client sets up once is not the price of a socket.
                Load.once(program, subject, {"what": "idle", "sockets": 20, "seconds": 0.1})
                time.sleep(LET_GO_S)
                before = _rss(subject)
                load = Load(program, subject, options)
                stack.callback(load.close)
                grown = {"grown_bytes": _rss(subject) - before}
                _keep(run, subject, load.round() | grown, options, number)


@contextmanager
def _told_failures(run: RowRun, subject: Subject) -> Iterator[None]:
    """One subject's trouble does not end the bench."""
    try:
        yield
    except (LoadFailed, RuntimeError) as error:
        run.failures[subject.name] = str(error)
        say(f"  {subject.title}: FAILED: {error}")


def _rss(subject: Subject) -> int:
    return sum(machine.rss_bytes(pid) for pid in subject.pids)


def _keep(
    run: RowRun, subject: Subject, result: Result, options: dict[str, object], number: int
) -> None:
    result |= {"sockets": options["sockets"], "rss_bytes": _rss(subject)}
    result["load_average"] = os.getloadavg()[0]
    run.rounds.setdefault(subject.name, []).append(result)
    shown = ", ".join(
        f"{measure.name} {measure.read(result):,.4g} {measure.unit}" for measure in run.row.measures
    )
    said = "; ".join(complaints(result))
    say(
        f"  {number + 1} {subject.title}: {shown}; load client {load_share(result):.0%}"
        + (f"; NOT CLEAN: {said}" if said else "")
    )
