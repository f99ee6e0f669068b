"""`make test`: the client's unit tests, then the whole suite twice.

Once on the embedded default (SQLite, no Redis), once on PostgreSQL and Redis. Coverage is that of
both runs together. With arguments (`make test ARGS='rooms -k kick'`) they go to pytest, and neither
coverage nor the client's tests are looked at. Runs in .venv; starts and stops what it needs.
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
    command = [sys.executable, "-m", "pytest", *split, *options]
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
        return [*arguments, *(coverage_options(first=first, last=last) if measured else [])]

    passed = run_pytest(
        "The suite on SQLite, without Redis", {}, options(first=True, last=found is None)
    )
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
