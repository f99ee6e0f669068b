"""Which function answers which client frame. Apps register in `AppConfig.ready()` by importing
their handlers; the consumer only looks up here, so no Python name is ever reachable by a frame.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from api.payloads import Payload
from realtime.protocol import Command

if TYPE_CHECKING:
    from realtime.socket import Socket


class Later:
    """A reply that is still being committed: the socket goes on with its next frame meanwhile."""

    __slots__ = ("reply",)

    def __init__(self, reply: Awaitable[Payload | None]) -> None:
        self.reply = reply


Answer = Payload | Later | None
# An async function, or an async generator where the answer is several frames: each is on its way to
# the client before the generator goes on.
Handler = Callable[["Socket", Any], Awaitable[Answer] | AsyncGenerator[Payload, None]]


class Registered(NamedTuple):
    """A handler, how its data are read and what it answers (for `/docs/ws`)."""

    name: str
    handler: Handler
    command: type[Command]
    decoder: "msgspec.json.Decoder[Any]"
    answers: tuple[type[Payload], ...]
    before_identify: bool


handlers: dict[str, Registered] = {}


def on(
    type_: str,
    command: type[Command],
    *,
    answers: tuple[type[Payload], ...] = (),
    before_identify: bool = False,
) -> Callable[[Handler], Handler]:
    """Register the handler of a client frame. A type has one handler."""

    def register(handler: Handler) -> Handler:
        if type_ in handlers:
            raise ValueError(f"{type_} has two handlers.")
        handlers[type_] = Registered(
            type_, handler, command, msgspec.json.Decoder(command), answers, before_identify
        )
        return handler

    return register
