"""`make test`: the client's unit tests, then the whole suite twice.

Once on the embedded default (SQLite, no Redis; the browser tests by themselves), once on PostgreSQL
and Redis (without what knows no database: browser tests and those marked `once`, where they are not
about services). Coverage is that of both runs together, without the browser's. With arguments
(`make test ARGS='rooms -k kick'`) they go to pytest; then neither coverage nor the client's tests
are looked at. Runs in .venv; starts and stops what it needs.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from scripts.install import find_node_tool, tool_env
from scripts.services import ServiceMissingError, Services, in_ci, services

ROOT = Path(__file__).resolve().parent.parent
COVERED = ("config", "api", "realtime", "accounts", "rooms", "messaging", "voice")
COVERED_PERCENT = 90
MOST_WORKERS = 4
# What the second run leaves out, for it would say the same: the client's pages, the launcher and
# pure media have no database of their own. What is about services is marked so and runs there.
NOT_AGAIN = "services or not (browser or once)"
FOLDERS_NOT_AGAIN = ("voice/sfu", "benchmarks/voice", "config")


def heading(text: str) -> None:
    """Say what comes next."""
    print(f"\n=== {text} ===", flush=True)


def run_client_tests() -> bool:
    """The unit tests of static/js, in node."""
    files = sorted((ROOT / "tests" / "js").rglob("*.test.js"))
    if not files:
        return True
    heading("The web client's unit tests (node)")
    node = find_node_tool("node")
    if node is None:
        print("Node.js is missing: run `make install`.")
        return False
    return (
        subprocess.run([node, "--test", *files], cwd=ROOT, env=tool_env(), check=False).returncode
        == 0
    )


def run_pytest(title: str, urls: dict[str, str], options: Sequence[str]) -> bool:
    """One pytest run; TEST_DATABASE_URL and TEST_REDIS_URL say on what (scripts/testing.py)."""
    heading(title)
    env = {name: value for name, value in os.environ.items() if not name.startswith("TEST_")}
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    # By file: a server that a whole file of tests shares is then started once.
    split = ["-n", str(workers), "--dist", "loadfile"]
    command = [sys.executable, "-m", "pytest", *split, "--rerun-show-tracebacks", *options]
    done = subprocess.run(command, cwd=ROOT, env=env | urls, check=False)
    return done.returncode == 0


def coverage_options(*, first: bool, last: bool) -> list[str]:
    """Measure in each run, add up, and judge in the last."""
    options = [f"--cov={name}" for name in COVERED]
    options += [] if first else ["--cov-append"]
    if last:
        return [*options, f"--cov-fail-under={COVERED_PERCENT}", "--cov-report=term:skip-covered"]
    return [*options, "--cov-fail-under=0", "--cov-report="]


def find_services(stack: ExitStack) -> Services | None:
    """PostgreSQL and Redis, kept until the stack closes; none where there are none."""
    try:
        return stack.enter_context(services())
    except ServiceMissingError as missing:
        print(f"The second run is left out: {missing}.", flush=True)
        return None


def run_twice(arguments: Sequence[str], found: Services | None) -> bool:
    """The suite on the embedded default and, where there are services, on those."""
    measured = not arguments

    def options(*, first: bool, last: bool) -> list[str]:
        if not measured:
            return list(arguments)
        ignored = [f"--ignore={folder}" for folder in FOLDERS_NOT_AGAIN]
        left_out = ["-m", "not browser"] if first else ["-m", NOT_AGAIN, *ignored]
        return [*left_out, *coverage_options(first=first, last=last)]

    passed = run_pytest(
        "The suite on SQLite, without Redis", {}, options(first=True, last=found is None)
    )
    if measured:
        # By themselves: coverage would slow the many processes down and learn nothing from them.
        # A page that hangs holds what would clean up after it, too: its process is given up.
        options_of_pages = ["-m", "browser", "--timeout-method=thread"]
        passed = run_pytest("The client's pages, in Chromium", {}, options_of_pages) and passed
    if found is None:
        return passed and not in_ci()
    urls = {"TEST_DATABASE_URL": found.database_url, "TEST_REDIS_URL": found.redis_url}
    title = f"The suite on PostgreSQL and Redis ({found.origin})"
    return run_pytest(title, urls, options(first=False, last=True)) and passed


def main(arguments: Sequence[str]) -> int:
    """0 when everything passed."""
    client_passed = bool(arguments) or run_client_tests()
    with ExitStack() as stack:
        found = find_services(stack)
        passed = run_twice(arguments, found)
    if not client_passed:
        print("The web client's unit tests failed; see the top.")
    if found is None:
        print("Not run on PostgreSQL and Redis; install both to do so.")
    return 0 if passed and client_passed else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
