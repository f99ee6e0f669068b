"""A TCP relay whose cable can be pulled. Knows nothing of what goes through it.

Chromium's offline emulation leaves an open WebSocket alone; this cuts it for certain.
"""

import contextlib
import select
import socket
import threading


class Cable:
    """Relays connections to a port; `pull` resets all of them and refuses new ones."""

    def __init__(self, target_port: int, host: str = "127.0.0.1", name: str = "") -> None:
        self.target_port = target_port
        self.name = name or host  # under which a browser knows the address
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self._is_pulled = False
        self._listener = socket.create_server((host, 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where a browser finds the other end."""
        return f"http://{self.name}:{self.port}"

    def pull(self) -> None:
        """Nothing goes through any more."""
        with self._lock:
            self._is_pulled = True
            pairs = list(self._pairs)
        for pair in pairs:
            for end in pair:
                _reset(end)

    def plug(self) -> None:
        """New connections go through again."""
        with self._lock:
            self._is_pulled = False

    def close(self) -> None:
        """For good."""
        self.pull()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                is_pulled = self._is_pulled
            if is_pulled:
                _reset(near)
            else:
                threading.Thread(target=self._relay, args=(near,), daemon=True).start()

    def _relay(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self.target_port))
        except OSError:
            _reset(near)
            return
        pair = (near, far)
        with self._lock:
            self._pairs.add(pair)
        with contextlib.suppress(OSError, ValueError):
            _copy(near, far)
        with self._lock:
            self._pairs.discard(pair)
        near.close()
        far.close()


def _copy(near: socket.socket, far: socket.socket) -> None:
    """Both ways, until one side ends."""
    other = {near: far, far: near}
    while True:
        for ready in select.select([near, far], [], [])[0]:
            data = ready.recv(65536)
            if not data:
                return
            other[ready].sendall(data)


def _reset(end: socket.socket) -> None:
    """As if the network were gone: no goodbye. shutdown() wakes the thread that waits on it."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        end.close()
