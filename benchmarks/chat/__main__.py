"""`make bench`: `python -m benchmarks.chat [--quick] [--rows a,b] [--profile row]`."""

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.chat import profile
from benchmarks.chat.bench import Bench, Cast, run_row, say, session
from benchmarks.chat.load import BUILD, LoadFailed, compile_client
from benchmarks.chat.report import missed, write
from benchmarks.chat.rows import ROWS, TOO_LONG, Row
from scripts.install import ROOT, VENV

BENCHMARKS = ROOT / "benchmarks"


def read_arguments(words: Sequence[str]) -> argparse.Namespace:
    """What was asked for."""
    names = ", ".join(row.name for row in ROWS)
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=f"Rows: {names}")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and sockets, 10 minutes")
    parser.add_argument("--rows", default="", help="only these, separated by commas; fanout-* fits")
    parser.add_argument("--rounds", type=int, default=0, help="another number of rounds")
    parser.add_argument("--profile", default="", help="look at this row with py-spy, met or not")
    parser.add_argument("--no-profile", action="store_true", help="look at no missed row either")
    parser.add_argument(
        "--write",
        action="store_true",
        help="write benchmarks/RESULTS.md also where not every row ran in full",
    )
    return parser.parse_args(words)


def chosen(asked: str, *, is_quick: bool) -> list[Row]:
    """The rows to run; ends with a line where a name fits none."""
    if not asked:
        return [row for row in ROWS if not (is_quick and row.name in TOO_LONG)]
    rows: list[Row] = []
    for name in asked.split(","):
        found = [row for row in ROWS if Path(row.name).match(name.strip())]
        if not found:
            sys.exit(f"There is no row {name!r}. Rows: {', '.join(row.name for row in ROWS)}")
        rows += [row for row in found if row not in rows]
    return rows


def people_for(rows: Sequence[Row], *, is_quick: bool) -> int:
    """As many as the largest row needs."""
    return max(300 if is_quick and row.name != "mixed" else row.people for row in rows) + 500


def profiles_of(
    bench: Bench, cast: Cast, program: Path, arguments: argparse.Namespace
) -> dict[str, str]:
    """Of the row asked for, and of those that missed a goal."""
    found = {}
    for run in bench.runs:
        subjects = missed(run)
        if run.row.name == arguments.profile and not subjects:
            subjects = [name for name in run.row.subjects if name in ("parlor", "parlor-2")][:1]
        is_wanted = run.row.name == arguments.profile or not arguments.no_profile
        if not subjects or not is_wanted or run.row.options["what"] == "idle":
            continue
        try:
            found[run.row.name] = profile.profile(
                run.row, subjects[0], cast, program, is_quick=arguments.quick
            )
        except LoadFailed as error:
            found[run.row.name] = str(error)
    return found


def main(words: Sequence[str]) -> int:
    """0 when everything ran; goals missed are told, not failed."""
    arguments = read_arguments(words)
    rows = chosen(arguments.rows, is_quick=arguments.quick)
    is_whole = not arguments.quick and not arguments.rows
    target = BENCHMARKS / "RESULTS.md" if is_whole or arguments.write else BUILD / "RESULTS.md"
    if shutil.which("taskset") is None:
        sys.exit("make bench needs taskset on the PATH (Debian, Ubuntu: util-linux).")
    try:
        program = compile_client()
    except LoadFailed as error:
        sys.exit(str(error))
    with tempfile.TemporaryDirectory(prefix="parlor-bench-") as directory:
        people = people_for(rows, is_quick=arguments.quick)
        with session(Path(directory), people) as (bench, cast):
            for row in rows:
                rounds = arguments.rounds
                bench.runs.append(
                    run_row(row, cast, program, is_quick=arguments.quick, rounds=rounds)
                )
            profiles = profiles_of(bench, cast, program, arguments)
    sys.path.append(str(VENV / "bench"))
    from benchmarks.chat import plots

    write(bench, target, plots.draw(bench, target.parent / "plots"), profiles)
    say(f"\nWritten: {target.relative_to(ROOT)}, in {bench.seconds / 60:.1f} minutes")
    return 1 if any(run.failures for run in bench.runs) else 0


if __name__ == "__main__":
    # A stop must end the servers, too: they run in sessions of their own.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
