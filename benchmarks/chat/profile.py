"""Where Parlor's time goes in a row: py-spy looks on while the load client does its rounds again.

What is measured meanwhile is thrown away: being looked at costs time.
"""

import shutil
import subprocess
from collections import Counter
from pathlib import Path

from benchmarks.chat.bench import Cast, say
from benchmarks.chat.load import Load
from benchmarks.chat.rows import Row
from scripts.install import VENV

RATE_HZ = 100
SECONDS = 4
TOP = 15


def find_py_spy() -> str | None:
    """The one `make bench` installed, else the system's."""
    own = VENV / "bench" / "bin" / "py-spy"
    return str(own) if own.exists() else shutil.which("py-spy")


def profile(row: Row, name: str, cast: Cast, program: Path, *, is_quick: bool) -> str:
    """A short table of the functions that hold the interpreter most, for one subject of a row."""
    tool = find_py_spy()
    if tool is None:
        return "py-spy is not installed."
    subject = cast.get(name)
    say(f"\nprofiling {row.name}: {subject.title}")
    raw = subject.directory / f"{row.name}.profile"
    options = row.options_for(is_quick=is_quick) | {"warm_s": 0.5}
    options["seconds"] = max(float(options.get("seconds", 0)), SECONDS + 1)
    try:
        subject.start()
        load = Load(program, subject, options)
        try:
            looking = subprocess.Popen(
                [
                    *(tool, "record", "--gil", "--nonblocking", "--format", "raw"),
                    *("--rate", str(RATE_HZ), "--duration", str(SECONDS)),
                    *("--output", str(raw), "--pid", str(subject.pids[0])),
                ],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            load.round()
            _, said = looking.communicate(timeout=60)
        finally:
            load.close()
    finally:
        subject.stop()
    if not raw.exists():
        return f"py-spy could not look: {said.decode(errors='replace').strip()[-300:]}"
    return f"{subject.title}\n{table(raw.read_text())}"


def table(raw: str) -> str:
    """Of py-spy's raw stacks: by own time, then by time including what was called."""
    own: Counter[str] = Counter()
    with_called: Counter[str] = Counter()
    total = 0
    for line in raw.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [_short(frame) for frame in stack.split(";")]
        total += int(count)
        own[frames[-1]] += int(count)
        for frame in set(frames):
            with_called[frame] += int(count)
    if not total:
        return "no samples"
    inside = [item for item in with_called.most_common(60) if _is_ours(item[0])][:TOP]
    rows = [f"{100 * n / total:5.1f} %  {frame}" for frame, n in own.most_common(TOP)]
    rows += ["", "with what they call:"]
    rows += [f"{100 * n / total:5.1f} %  {frame}" for frame, n in inside]
    return "\n".join(rows)


def _short(frame: str) -> str:
    """Without line numbers: a function is one entry."""
    name, _, place = frame.partition(" (")
    return f"{name} ({place.rpartition(':')[0] or place.rstrip(')')})"


def _is_ours(frame: str) -> bool:
    return any(f"({app}/" in frame for app in ("realtime", "messaging", "rooms", "accounts", "api"))
