"""What is read off a round, and what it must reach: figures, ratios, gates and goals.

A gate is 80 % of what the first prototypes reached (never above the goal); ratios are taken inside
one interleaved round only, so that noise of the machine meets both sides.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Result = dict[str, Any]


@dataclass(frozen=True)
class Spread:
    """The least, the middle and the most of several rounds."""

    least: float
    middle: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of at least one value."""
        return cls(min(values), median(values), max(values))


@dataclass(frozen=True)
class Measure:
    """One figure of a round. `more_is_better` decides which way a ratio is taken."""

    name: str
    unit: str
    read: Callable[[Result], float]
    more_is_better: bool = True

    def ratio(self, ours: Result, theirs: Result) -> float:
        """How many times better ours is; 0 where one of them has no figure."""
        mine, other = self.read(ours), self.read(theirs)
        if not mine or not other:
            return 0.0
        return mine / other if self.more_is_better else other / mine


@dataclass(frozen=True)
class Aim:
    """What one subject must reach in one measure: a ratio against a peer, or an absolute figure."""

    measure: str
    gate: float
    goal: float
    against: str = "echoroom"  # "" for an absolute figure
    subjects: tuple[str, ...] = ("parlor", "embedded")


def ratio_aim(measure: str, *, prototype: float, goal: float, **options: Any) -> Aim:
    """An aim whose gate follows from what a prototype reached."""
    return Aim(measure, gate=min(0.8 * prototype, goal), goal=goal, **options)


def _per_s(name: str) -> Callable[[Result], float]:
    return lambda result: float(result[name]) / float(result["seconds"])


def _latency(kind: str, quantile: str) -> Callable[[Result], float]:
    return lambda result: float(result[kind][quantile])


def _cpu_us_per(name: str) -> Callable[[Result], float]:
    def read(result: Result) -> float:
        count = float(result[name])
        return float(result["server_cpu_s"]) / count * 1e6 if count else 0.0

    return read


def _kib_per_socket(result: Result) -> float:
    return float(result.get("grown_bytes", 0.0)) / 1024 / float(result.get("sockets", 1))


DELIVERIES = Measure("deliveries", "/s", _per_s("deliveries"))
MESSAGES = Measure("messages", "/s", _per_s("acks"))
REQUESTS = Measure("requests", "/s", _per_s("requests"))
CPU_PER_DELIVERY = Measure(
    "server CPU per delivery", "µs", _cpu_us_per("deliveries"), more_is_better=False
)
CPU_PER_MESSAGE = Measure("server CPU per message", "µs", _cpu_us_per("acks"), more_is_better=False)
CPU_PER_REQUEST = Measure(
    "server CPU per request", "µs", _cpu_us_per("requests"), more_is_better=False
)
DELIVERY_P50 = Measure("send→receive p50", "ms", _latency("delivery", "p50_ms"), False)
DELIVERY_P99 = Measure("send→receive p99", "ms", _latency("delivery", "p99_ms"), False)
ACK_P50 = Measure("send→ack p50", "ms", _latency("ack", "p50_ms"), False)
ACK_P99 = Measure("send→ack p99", "ms", _latency("ack", "p99_ms"), False)
REQUEST_P99 = Measure("request p99", "ms", _latency("request", "p99_ms"), False)
RECOVERED_P50 = Measure("back after p50", "ms", _latency("recovery", "p50_ms"), False)
RECOVERED_P99 = Measure("back after p99", "ms", _latency("recovery", "p99_ms"), False)
ALL_RECOVERED = Measure("all back after", "s", lambda result: float(result["seconds"]), False)
SERVER_CPU = Measure("server CPU", "s", lambda result: float(result["server_cpu_s"]), False)
SERVER_LOAD = Measure(
    "server's core", "%", lambda r: 100 * float(r["server_cpu_s"]) / float(r["seconds"]), False
)
PER_SOCKET = Measure("memory per socket", "KiB", _kib_per_socket, more_is_better=False)
RSS = Measure("memory", "MiB", lambda r: float(r.get("rss_bytes", 0)) / 2**20, False)


def load_share(result: Result) -> float:
    """How much of its core the load client used, 0–1: near 1 it was the limit, not the server."""
    return float(result["load_cpu_s"]) / float(result["seconds"])


def complaints(result: Result) -> list[str]:
    """What was not as it should be: a round with any is not to be believed."""
    said = [
        f"{result[name]:.0f} {name}"
        for name in ("lost", "repeated", "refused", "closed")
        if result[name]
    ]
    if said and result["first_refusal"]:
        said.append(str(result["first_refusal"])[:120])
    return said
