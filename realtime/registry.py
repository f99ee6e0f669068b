"""Which function answers which client frame. Apps register in `AppConfig.ready()` by importing
their handlers; the consumer only looks up here, so no Python name is ever reachable by a frame.
"""

import asyncio
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


class Soon:
    """A reply made of a future's result. Where the future fails, `otherwise` may know the long way:
    it answers None where the failure is the answer.
    """

    __slots__ = ("otherwise", "outcome", "reply")

    def __init__(
        self,
        outcome: "asyncio.Future[Any]",
        reply: Callable[[Any], Payload],
        otherwise: Callable[[BaseException], Awaitable[Payload] | None],
    ) -> None:
        self.outcome, self.reply, self.otherwise = outcome, reply, otherwise


Answer = Payload | Later | Soon | None
# An async function, or an async generator where the answer is several frames: each is on its way to
# the client before the generator goes on.
Handler = Callable[["Socket", Any], Awaitable[Answer] | AsyncGenerator[Payload, None]]
# The same without waiting for anything before the reply: no task, no queue. None, and nothing done,
# where something has to be read first: then the handler is asked.
AtOnce = Callable[["Socket", Any], Soon | None]


class Registered(NamedTuple):
    """A handler, how its data are read and what it answers (for `/docs/ws`)."""

    name: str
    handler: Handler
    command: type[Command]
    decoder: "msgspec.json.Decoder[Any]"
    answers: tuple[type[Payload], ...]
    before_identify: bool
    at_once: AtOnce | None


handlers: dict[str, Registered] = {}


def on(
    type_: str,
    command: type[Command],
    *,
    answers: tuple[type[Payload], ...] = (),
    before_identify: bool = False,
    at_once: AtOnce | None = None,
) -> Callable[[Handler], Handler]:
    """Register the handler of a client frame. A type has one handler."""

    def register(handler: Handler) -> Handler:
        if type_ in handlers:
            raise ValueError(f"{type_} has two handlers.")
        decoder = msgspec.json.Decoder(command)
        handlers[type_] = Registered(
            type_, handler, command, decoder, answers, before_identify, at_once
        )
        return handler

    return register
