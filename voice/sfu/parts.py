"""What the objects of the media core have in common: each closes once, with all below.

Errors and observers live here too. No media and no sockets here.
"""

import logging
import secrets
from collections.abc import Callable
from typing import Generic, Self, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")


class SfuError(Exception):
    """Something asked of the media core that cannot be; the classes below say what."""


class IsClosed(SfuError):
    """The object is closed already."""


class NotFound(SfuError):
    """No such producer, or not in this room."""


class CannotConsume(SfuError):
    """The listener's capabilities have no codec of this producer."""


class WrongDirection(SfuError):
    """Producing needs a sending transport, consuming a receiving one."""


class TooMany(SfuError):
    """A bound of one transport, so that nobody fills the process."""


class Observers(Generic[T]):
    """Callbacks for one kind of news. One that fails is logged and hurts nobody else."""

    __slots__ = ("_callbacks",)

    def __init__(self) -> None:
        self._callbacks: list[Callable[[T], None]] = []

    def add(self, callback: Callable[[T], None]) -> None:
        """Calls back at every piece of news, in the order of adding."""
        self._callbacks.append(callback)

    def tell(self, news: T) -> None:
        """Tells everybody."""
        for callback in list(self._callbacks):
            try:
                callback(news)
            except Exception:
                logger.exception("an observer of the media core failed")

    def clear(self) -> None:
        """Forgets everybody."""
        self._callbacks.clear()


class Part:
    """An object with a parent and children. `closed` tells the reason, exactly once."""

    def __init__(self, parent: "Part | None" = None) -> None:
        self.id = secrets.token_hex(8)
        self.is_closed = False
        self.closed: Observers[str] = Observers()
        self._parent = parent
        self._children: dict[str, Part] = {}
        if parent is not None:
            parent.check_open()
            parent._children[self.id] = self

    def check_open(self) -> Self:
        """Raises IsClosed when it is."""
        if self.is_closed:
            raise IsClosed(f"the {type(self).__name__.lower()} is closed")
        return self

    def close(self, reason: str = "closed") -> None:
        """Ends it and all below it, children first; a second time does nothing."""
        if self.is_closed:
            return
        self.is_closed = True
        for child in list(self._children.values()):
            child.close(reason)
        if self._parent is not None:
            self._parent._children.pop(self.id, None)
        try:
            self._release()
        finally:
            self.closed.tell(reason)
            self.closed.clear()

    def _release(self) -> None:
        """Gives back what it holds; called once."""
