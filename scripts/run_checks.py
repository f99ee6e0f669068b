"""`make check`: everything that can be said about the code without running it; `--fix` formats.

Runs all checks, also after one failed, and ends with the list of those that did. A name as argument
runs only that one (`make check ARGS=mypy`). Changes nothing but with `--fix`.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.install import find_node_tool, tool_env

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Check:
    """One tool, and how it is called."""

    name: str
    command: tuple[str, ...]
    env: dict[str, str]

    def passes(self) -> bool:
        """Run it; its output is the answer to why not."""
        print(f"\n=== {self.name} ===", flush=True)
        return subprocess.run(self.command, cwd=ROOT, env=self.env, check=False).returncode == 0


def templates() -> list[str]:
    """Every template in the tree, of the site and of the apps."""
    found = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templates/**/*.html")]
    return sorted(str(path.relative_to(ROOT)) for path in found if "node_modules" not in path.parts)


def djade_command(*options: str) -> tuple[str, ...]:
    """djade on all templates; on none it has nothing to say."""
    return (str(BIN / "djade"), "--target-version", "5.2", *options, *templates())


def all_checks(data_dir: str) -> list[Check]:
    """What `make check` runs; tools that read settings see the embedded default."""
    settings = {"ENV_FILE": os.devnull, "DEBUG": "1", "DATA_DIR": data_dir, "LOG_LEVEL": "WARNING"}
    outside = ("DATABASE_URL", "REDIS_URL")
    env = {name: value for name, value in os.environ.items() if name not in outside} | settings
    python = sys.executable
    checks = [
        Check("ruff format", (str(BIN / "ruff"), "format", "--check", "."), env),
        Check("ruff lint", (str(BIN / "ruff"), "check", "."), env),
        Check("mypy", (python, "-m", "mypy"), env),
        Check("import-linter", (str(BIN / "lint-imports"), "--no-cache"), env),
        Check("migrations", (python, "manage.py", "makemigrations", "--check", "--dry-run"), env),
    ]
    if templates():
        checks.append(Check("djade", djade_command("--check"), env))
    if (ROOT / "tsconfig.json").exists():
        npx = find_node_tool("npx") or "npx"
        command = (str(npx), "--no-install", "tsc", "-p", "tsconfig.json")
        checks.append(Check("tsc", command, tool_env()))
    return checks


def run_all(only: Sequence[str]) -> int:
    """0 when every check passed."""
    with tempfile.TemporaryDirectory(prefix="parlor-check-") as data_dir:
        checks = [check for check in all_checks(data_dir) if not only or check.name in only]
        failed = [check.name for check in checks if not check.passes()]
    print(f"\nFailed: {', '.join(failed)}" if failed else f"\nAll {len(checks)} checks passed.")
    return 1 if failed else 0


def fix() -> int:
    """Put the code into the house's format and mend what ruff can mend safely."""
    commands = [
        (str(BIN / "ruff"), "check", "--fix", "--quiet", "--exit-zero", "."),
        (str(BIN / "ruff"), "format", "."),
    ]
    if templates():
        commands.append(djade_command())
    for command in commands:
        subprocess.run(command, cwd=ROOT, check=False)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(fix() if "--fix" in sys.argv[1:] else run_all(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
