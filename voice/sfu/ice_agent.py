"""Where one client is: its addresses and the credentials that prove them (ICE-lite, RFC 8445).

Media goes to the address that the client nominated, and moves only with a binding request that has
the right password, so that nobody can redirect it by sending bytes.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from voice.sfu.ice import Credentials
from voice.sfu.stun import Request, success
from voice.sfu.udp import Destination, UdpSocket

if TYPE_CHECKING:
    from voice.sfu.transport import Transport

MAX_ADDRESSES = 8  # that a client may be checking at the same time
STALE_S = 6.0  # a chosen address that is silent gives way to any that is not


class IceAgent:
    """Of one transport. `moved` is told when media has to go somewhere else."""

    def __init__(self, transport: "Transport", moved: Callable[[], None]) -> None:
        self.credentials = Credentials.new()
        self.old_credentials: Credentials | None = None  # good until the new ones are used
        self.destination: Destination | None = None
        self.heard_at_s: float | None = None  # anything that proves that the client lives
        self._transport = transport
        self._endpoint = transport.endpoint
        self._moved = moved
        self._addresses: dict[bytes, UdpSocket] = {}
        self._chosen_heard_at_s = float("-inf")
        self._endpoint.know(self.credentials.username, transport)

    @property
    def state(self) -> str:
        """new or connected."""
        return "connected" if self.destination is not None else "new"

    def restart(self) -> None:
        """The next generation of credentials; of two before it, only the last stays good."""
        self._forget_old()
        self.old_credentials, self.credentials = self.credentials, Credentials.new()
        self._endpoint.know(self.credentials.username, self._transport)

    def _forget_old(self) -> None:
        if self.old_credentials is not None:
            self._endpoint.unknow(self.old_credentials.username)
            self.old_credentials = None

    def on_binding(self, socket: UdpSocket, key: bytes, request: Request) -> bool:
        """A binding request with our user name. Whether it was signed and so answered.

        Everything else gets silence, so that nobody is reflected at (RFC 8489 §9.1).
        """
        old = self.old_credentials
        is_old = old is not None and request.username == old.username
        password = old.password if old is not None and is_old else self.credentials.password
        if not request.is_signed_with(password.encode()):
            return False
        if not is_old:
            self._forget_old()
        self.heard_at_s = self._transport.now_s()
        self._note_address(socket, key, request.is_nomination, self.heard_at_s)
        target = Destination(socket, key)
        response = success(request.transaction_id, password.encode(), *target.address())
        socket.out_view[: len(response)] = response
        socket.push(len(response), target)
        return True

    def _note_address(
        self, socket: UdpSocket, key: bytes, is_nomination: bool, now_s: float
    ) -> None:
        if key not in self._addresses:
            if len(self._addresses) >= MAX_ADDRESSES:
                self._drop_oldest_address()
            self._addresses[key] = socket
            self._endpoint.bind(key, self._transport)
        if self.destination is not None and key == self.destination.key:
            self._chosen_heard_at_s = now_s
        elif is_nomination or now_s - self._chosen_heard_at_s > STALE_S:
            self.destination = Destination(socket, key)
            self._chosen_heard_at_s = now_s
            self._moved()

    def _drop_oldest_address(self) -> None:
        chosen = self.destination.key if self.destination is not None else b""
        oldest = next(key for key in self._addresses if key != chosen)
        self.forget_address(oldest)
        self._endpoint.unbind(oldest, self._transport)

    def forget_address(self, key: bytes) -> None:
        """It is no longer this client's: another one has proved that it is there."""
        self._addresses.pop(key, None)

    def close(self) -> None:
        """Nobody finds the transport any more."""
        self._forget_old()
        self._endpoint.unknow(self.credentials.username)
        for key in self._addresses:
            self._endpoint.unbind(key, self._transport)
        self._addresses.clear()
        self.destination = None
