"""A network between a browser and a server whose browser's end can get another address.

Two Linux network namespaces and a pair of virtual cables: made by iproute2, as root. Addresses are of
the range that is for tests of networks (RFC 2544), and nothing leaves the machine.
"""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.browser.chromium import find_chromium

NEW_NETWORK = 0x40000000  # CLONE_NEWNET
HERE = Path("/proc/thread-self/ns/net")


@contextmanager
def apart() -> Iterator[None]:
    """This thread, and all that it starts meanwhile, has a network of its own with a loopback.

    Without it every browser on the machine would hear of the cables below (ERR_NETWORK_CHANGED).
    """
    libc = ctypes.CDLL(None, use_errno=True)
    with HERE.open() as before:
        if libc.unshare(NEW_NETWORK):
            raise OSError(ctypes.get_errno(), "no network of its own")
        try:
            _ip("link", "set", "lo", "up")
            yield
        finally:
            libc.setns(before.fileno(), NEW_NETWORK)


class Network:
    """As a context it is there; at the end it is gone."""

    def __init__(self, folder: Path) -> None:
        number = os.getpid() % 250
        self.name = f"parlor{os.getpid()}"
        self.cable = f"p{os.getpid()}"
        self.host = f"198.18.{number}.1"  # the server's end
        self._addresses = iter(f"198.18.{number}.{last}" for last in range(2, 250))
        self.address = next(self._addresses)
        self.chromium = folder / "chromium-elsewhere"

    def __enter__(self) -> "Network":
        _ip("netns", "add", self.name)
        try:
            _ip("link", "add", self.cable, "type", "veth", "peer", "far", "netns", self.name)
            _ip("addr", "add", f"{self.host}/24", "dev", self.cable)
            _ip("link", "set", self.cable, "up")
            self._inside("link", "set", "lo", "up")
            self._inside("link", "set", "far", "up")
            self._take_address()
        except BaseException:
            self.__exit__()
            raise
        inside = f'exec nsenter --net=/run/netns/{self.name} -- {find_chromium()} "$@"'
        self.chromium.write_text(f"#!/bin/sh\n{inside}\n")
        self.chromium.chmod(0o755)
        return self

    def __exit__(self, *_raised: object) -> None:
        # Its cables go with it.
        with suppress(subprocess.CalledProcessError):
            _ip("netns", "del", self.name)

    def move(self) -> None:
        """The browser's end has another address from now on; whatever ran over the old one is cut."""
        self._inside("addr", "del", f"{self.address}/24", "dev", "far")
        self.address = next(self._addresses)
        self._take_address()

    def unplug(self) -> None:
        """Nothing goes through, and the device says so."""
        self._inside("link", "set", "far", "down")

    def plug(self) -> None:
        """It does again."""
        self._inside("link", "set", "far", "up")
        self._inside("route", "add", "default", "via", self.host)

    def _take_address(self) -> None:
        self._inside("addr", "add", f"{self.address}/24", "dev", "far")
        self._inside("route", "add", "default", "via", self.host)

    def _inside(self, *words: str) -> None:
        _ip("-n", self.name, *words)


def can_make_networks() -> bool:
    """Whether this machine lets us."""
    if shutil.which("ip") is None or shutil.which("nsenter") is None or os.geteuid() != 0:
        return False
    name = f"parlor-try-{os.getpid()}"
    with suppress(OSError, subprocess.CalledProcessError), apart():
        _ip("netns", "add", name)
        _ip("netns", "del", name)
        return True
    return False


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
