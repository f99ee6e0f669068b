"""What ASGI has no words for: whole frames as bytes, cutting a connection, and closing with 1xxx
codes on daphne.

Both ask the server's own connection behind `send`: uvicorn's is a method of its protocol, daphne's
a partial of (server's method, protocol). Behind any other server, ASGI's words have to do.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

AsgiSend = Callable[[dict[str, Any]], Awaitable[None]]
CUT_AFTER_S = 5.0  # from asking to close to cutting the connection


class Lent(Protocol):
    """A connection that takes whole frames beside ASGI, in the order of both."""

    on_writable: Callable[[], None] | None  # called when it asked to wait and need no longer
    # Called with each text message before ASGI's `receive`, while nothing waits there; answers what
    # that shall bring instead, or None.
    on_text: Callable[[str], dict[str, Any] | None] | None

    @property
    def is_open(self) -> bool:
        """Whether frames may still be written: neither side has said goodbye."""

    @property
    def is_writable(self) -> bool:
        """Whether its peer keeps up."""

    def write_frames(self, data: bytes) -> None:
        """Write any number of whole frames."""


def lent_by(send: AsgiSend) -> Lent | None:
    """The connection behind `send`, if its server lends it."""
    lend = getattr(getattr(send, "__self__", None), "lend", None)
    lent: Lent | None = None if lend is None else lend()
    return lent


async def close(send: AsgiSend, code: int) -> None:
    """Close with any code. Through ASGI daphne can say 1000 and 3000–4999 only."""
    frame = getattr(_daphne_protocol(send), "sendCloseFrame", None)
    if frame is not None and code < 3000:
        frame(code=code, isReply=False)
    else:
        await send({"type": "websocket.close", "code": code})


def abort(send: AsgiSend) -> None:
    """Cut the connection now, with what was not read yet; nothing where it is gone already."""
    protocol = _daphne_protocol(send) or getattr(send, "__self__", None)
    transport = getattr(protocol, "transport", None)
    cut = getattr(transport, "abort", None) or getattr(transport, "abortConnection", None)
    if cut is not None:
        cut()


def _daphne_protocol(send: AsgiSend) -> Any:
    return send.args[0] if isinstance(send, partial) and send.args else None
