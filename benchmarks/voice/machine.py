"""On what was measured: the machine and the versions."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("aiortc", "aioice", "pylibsrtp", "pyopenssl")
DEBIAN = ("janus", "libnice10", "libsrtp2-1")


def describe() -> dict[str, str]:
    """Names and values, in the order to be read in."""
    return {
        "Date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "CPU": f"{_cpu()}, {os.cpu_count()} cores",
        "Kernel": platform.release(),
        "Load average at the start": " ".join(f"{it:.1f}" for it in os.getloadavg()),
        "Python": platform.python_version(),
        "From PyPI": ", ".join(f"{it} {version(it)}" for it in PACKAGES),
        "From Debian": ", ".join(filter(None, map(_debian, DEBIAN))) or "none",
        "Compiler": _first_line("gcc", "--version"),
    }


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return " ".join(line.partition(":")[2].split())
    return platform.machine()


def _debian(package: str) -> str:
    if shutil.which("dpkg-query") is None:
        return ""
    found = _first_line("dpkg-query", "-W", "-f", "${Version}", package)
    return f"{package} {found}" if found else ""


def _first_line(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.partition("\n")[0]
