"""How many frames one socket may send: a token bucket, in memory, without a clock task."""

from time import monotonic


class TokenBucket:
    """`rate_per_s` tokens flow in, at most `burst` wait; `take()` says whether one was there."""

    __slots__ = ("_burst", "_rate", "_then_s", "_tokens")

    def __init__(self, rate_per_s: float, burst: float) -> None:
        self._rate, self._burst = rate_per_s, burst
        self._tokens = burst
        self._then_s = monotonic()

    def take(self) -> bool:
        """One token, if there is one."""
        now_s = monotonic()
        self._tokens = min(self._burst, self._tokens + (now_s - self._then_s) * self._rate)
        self._then_s = now_s
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
