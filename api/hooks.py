"""Typed hooks: how a lower app lets upper ones take part without importing them.

The lower app owns the `Hook`; upper apps register in `AppConfig.ready()`. Functions run in the
order of their registration. `after_commit` is how any service tells what it has done.
"""

from collections.abc import Callable
from enum import Enum
from typing import Generic, ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")


class Moment(Enum):
    """When the functions of a hook run."""

    INSIDE = "inside the transaction: what a function raises undoes everything"
    AFTER_COMMIT = "after the commit: what a function raises is logged, the others still run"


class Hook(Generic[P, R]):
    """One occasion. `hook.register(function)`; the owner calls `hook.run(…)`."""

    def __init__(self, name: str, moment: Moment = Moment.INSIDE) -> None:
        self.name = name
        self.moment = moment
        self._functions: list[Callable[P, R]] = []

    def register(self, function: Callable[P, R]) -> Callable[P, R]:
        """Take part; a second registration of the same function is a mistake in the wiring."""
        if function in self._functions:
            raise ValueError(f"{function.__qualname__} is registered twice on {self.name}")
        self._functions.append(function)
        return function

    def unregister(self, function: Callable[P, R]) -> None:
        """For tests."""
        self._functions.remove(function)

    def run(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """Every function's answer, in order; empty for a hook that runs after the commit."""
        if self.moment is Moment.INSIDE:
            return [function(*args, **kwargs) for function in self._functions]
        for function in self._functions:
            after_commit(function, *args, **kwargs)
        return []


class Slot(Generic[P, R]):
    """One question that an upper app may answer; asked through `slot(…)`."""

    def __init__(self, default: Callable[P, R]) -> None:
        self._answer = default

    def fill(self, answer: Callable[P, R]) -> None:
        """From now on this one answers."""
        self._answer = answer

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The answer."""
        return self._answer(*args, **kwargs)


def after_commit(function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Call after the commit. The write stands whatever `function` raises: that is logged."""

    def call() -> None:  # a function, not a partial: Django logs its failure by its __qualname__
        function(*args, **kwargs)

    call.__qualname__ = getattr(function, "__qualname__", repr(function))
    transaction.on_commit(call, robust=True)
