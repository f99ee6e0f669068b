"""The rows of the bench: what is done to whom, what is read off it, what it must reach.

Only data: subjects.py runs the servers, load.py the client, bench.py goes through the rows.
"""

from dataclasses import dataclass, field
from typing import Any

from benchmarks.chat import measures as m
from benchmarks.chat.measures import Aim, Measure, ratio_aim

SINGLE = ("parlor", "embedded", "echoroom")
WITH_FLOOR = ("parlor", "embedded", "echoroom", "ws")
PAIRS = ("parlor-2", "echoroom-2")


@dataclass(frozen=True)
class Row:
    """One question. `quick` are the options that differ when there is little time."""

    name: str
    title: str
    subjects: tuple[str, ...]
    measures: tuple[Measure, ...]
    options: dict[str, Any]
    quick: dict[str, Any] = field(default_factory=dict)
    aims: tuple[Aim, ...] = ()
    rounds: int = 5
    quick_rounds: int = 2
    before: dict[str, Any] = field(default_factory=dict)  # done once, not measured
    fresh: bool = False  # a new process for every round: memory does not shrink again
    people: int = 1100

    def options_for(self, *, is_quick: bool) -> dict[str, Any]:
        """What the load client is told."""
        return self.options | (self.quick if is_quick else {})


def _fan_out(sockets: int, prototype: float, goal: float, **more: Any) -> Row:
    aims = tuple(
        ratio_aim(measure.name, prototype=prototype, goal=goal)
        for measure in (m.DELIVERIES, m.CPU_PER_DELIVERY)
    )
    return Row(
        f"fanout-{sockets}",
        f"Fan-out: one sender, {sockets:,} sockets in the room",
        WITH_FLOOR,
        (m.DELIVERIES, m.CPU_PER_DELIVERY, m.DELIVERY_P50, m.DELIVERY_P99),
        {"what": "chat", "sockets": sockets, "senders": 1, "seconds": 3},
        aims=aims,
        **more,
    )


ROWS: tuple[Row, ...] = (
    _fan_out(200, 1.39, 1.4, quick={"seconds": 1.5}),
    _fan_out(1000, 2.2, 2.0, quick={"sockets": 500, "seconds": 1.5}),
    Row(
        "burst",
        "Burst: 32 senders with one message in flight each, 200 sockets in the room",
        WITH_FLOOR,
        (m.DELIVERIES, m.CPU_PER_DELIVERY, m.MESSAGES, m.DELIVERY_P99),
        {"what": "chat", "sockets": 200, "senders": 32, "seconds": 3},
        {"seconds": 1.5},
        aims=(ratio_aim("deliveries", prototype=10.5, goal=8.0),),
    ),
    Row(
        "burst-redis",
        "The same through Redis: 32 senders on one process, 168 listeners on another",
        PAIRS,
        (m.DELIVERIES, m.CPU_PER_DELIVERY, m.MESSAGES, m.DELIVERY_P99),
        {"what": "chat", "sockets": 200, "senders": 32, "seconds": 3, "split": 1},
        {"seconds": 1.5},
        aims=(
            ratio_aim(
                "deliveries",
                prototype=4.9,
                goal=4.0,
                against="echoroom-2",
                subjects=("parlor-2",),
            ),
        ),
    ),
    Row(
        "durable-hot",
        "Durable writes: one room, 64 sockets with one message in flight each",
        SINGLE,
        (m.MESSAGES, m.CPU_PER_MESSAGE, m.ACK_P50, m.ACK_P99),
        {"what": "chat", "sockets": 64, "senders": 64, "seconds": 3},
        {"seconds": 1.5},
        aims=(ratio_aim("messages", prototype=13.2, goal=10.0),),
    ),
    Row(
        "durable-50",
        "Durable writes: 50 rooms, 64 sockets with one message in flight each",
        SINGLE,
        (m.MESSAGES, m.CPU_PER_MESSAGE, m.ACK_P50, m.ACK_P99),
        {"what": "chat", "sockets": 64, "senders": 64, "seconds": 3, "in": 50},
        {"seconds": 1.5},
        aims=(ratio_aim("messages", prototype=5.6, goal=5.0),),
    ),
    Row(
        "durable-lone",
        "Durable writes: a lone sender, one message in flight",
        SINGLE,
        (m.MESSAGES, m.CPU_PER_MESSAGE, m.ACK_P50, m.ACK_P99),
        {"what": "chat", "sockets": 1, "senders": 1, "seconds": 3},
        {"seconds": 1.5},
        aims=(ratio_aim("messages", prototype=1.28, goal=1.2),),
    ),
    Row(
        "together",
        "Fan-out and writes together: 64 senders, 500 sockets in 5 rooms",
        SINGLE,
        (m.MESSAGES, m.DELIVERIES, m.CPU_PER_DELIVERY, m.DELIVERY_P50, m.DELIVERY_P99),
        {"what": "chat", "sockets": 500, "senders": 64, "seconds": 3, "in": 5},
        {"sockets": 250, "seconds": 1.5},
    ),
    Row(
        "latency",
        "Latency at equal load: 1,000 sockets in a room, 10 messages a second from 8 senders",
        SINGLE,
        (m.DELIVERY_P50, m.DELIVERY_P99, m.ACK_P99, m.SERVER_LOAD),
        {"what": "chat", "sockets": 1000, "senders": 8, "rate": 10, "seconds": 5, "warm_s": 1},
        {"sockets": 300, "rate": 20, "seconds": 2},
        aims=(ratio_aim("send→receive p99", prototype=2.12, goal=2.0),),
    ),
    Row(
        "idle-2000",
        "Memory: 2,000 idle sockets, each identified and in a room, five seconds later",
        WITH_FLOOR,
        (m.PER_SOCKET, m.RSS, m.SERVER_LOAD),
        {"what": "idle", "sockets": 2000, "seconds": 3, "settle_s": 5},
        {"sockets": 300, "settle_s": 2, "seconds": 1},
        aims=(Aim("memory per socket", gate=29 / 0.8, goal=25.0, against=""),),
        rounds=3,
        quick_rounds=1,
        fresh=True,
        people=2000,
    ),
    Row(
        "idle-10000",
        "Memory: 10,000 idle sockets",
        ("parlor",),
        (m.PER_SOCKET, m.RSS, m.SERVER_LOAD),
        {"what": "idle", "sockets": 10_000, "seconds": 5, "settle_s": 5},
        {"sockets": 600, "settle_s": 2, "seconds": 1},
        aims=(Aim("memory per socket", 29 / 0.8, 25.0, against="", subjects=("parlor",)),),
        rounds=1,
        quick_rounds=1,
        fresh=True,
        people=10_000,
    ),
    Row(
        "recovery",
        "Recovery: 1,000 clients lose their connection, miss 100 messages, come back at once",
        (*SINGLE, "echoroom-csr"),
        (m.ALL_RECOVERED, m.RECOVERED_P50, m.RECOVERED_P99, m.SERVER_CPU),
        {"what": "recovery", "sockets": 1001, "missed": 100, "storm": 256},
        {"sockets": 101},
        aims=(Aim("all back after", 1.0, 1.0, against="echoroom-csr"),),
    ),
    Row(
        "rest-history",
        "REST: a page of 50 messages, 16 connections",
        SINGLE,
        (m.REQUESTS, m.CPU_PER_REQUEST, m.REQUEST_P99),
        {"what": "get", "sockets": 16, "seconds": 3},
        {"seconds": 1.5},
        before={"what": "chat", "sockets": 8, "senders": 8, "seconds": 2},
    ),
    Row(
        "rest-post",
        "REST: sending messages, 16 connections",
        SINGLE,
        (m.REQUESTS, m.CPU_PER_REQUEST, m.REQUEST_P99),
        {"what": "post", "sockets": 16, "seconds": 3},
        {"seconds": 1.5},
    ),
    Row(
        "mixed",
        "An hour in a minute: a server of 5,000 members, 1,000 of them here, 20 channels; a second"
        " sees 50 messages, 100 typing, 150 reading, 10 presence changes and 8 reconnects",
        SINGLE,
        (m.DELIVERY_P50, m.DELIVERY_P99, m.ACK_P99, m.RECOVERED_P99, m.SERVER_LOAD, m.RSS),
        {
            "what": "mixed",
            "sockets": 1000,
            "senders": 200,
            "in": "channels",
            "views": True,
            "rate": 50,
            "typing_rate": 100,
            "read_rate": 150,
            "choose_rate": 10,
            "reconnect_rate": 8,
            "seconds": 60,
            "warm_s": 2,
        },
        {
            "sockets": 200,
            "senders": 40,
            "rate": 10,
            "typing_rate": 20,
            "read_rate": 30,
            "choose_rate": 2,
            "reconnect_rate": 2,
            "seconds": 6,
        },
        rounds=2,
        quick_rounds=1,
        people=5000,
    ),
    Row(
        "processes",
        "One process and two: 64 senders, 256 sockets, 8 rooms; two of a kind share the server's"
        " core, so this shows what telling each other costs",
        ("parlor", "parlor-2", "echoroom", "echoroom-2"),
        (m.MESSAGES, m.DELIVERIES, m.CPU_PER_DELIVERY, m.DELIVERY_P99),
        {"what": "chat", "sockets": 256, "senders": 64, "seconds": 3, "in": 8},
        {"sockets": 128, "seconds": 1.5},
        rounds=3,
        quick_rounds=1,
    ),
)


# One row per number of sockets; drawn as curves.
CURVE = (100, 300, 1000, 3000, 10_000)
ROWS += tuple(
    Row(
        f"curve-{sockets}",
        f"Curve: one sender, {sockets:,} sockets",
        ("parlor", "echoroom", "ws"),
        (m.DELIVERIES, m.CPU_PER_DELIVERY, m.DELIVERY_P50, m.DELIVERY_P99),
        {"what": "chat", "senders": 1, "seconds": 3, "sockets": sockets},
        {"seconds": 1},
        rounds=1,
        quick_rounds=1,
        people=max(sockets, 1100),
    )
    for sockets in CURVE
)
# What `--quick` leaves out: there is no time for so many sockets.
TOO_LONG = frozenset({"curve-1000", "curve-3000", "curve-10000", "idle-10000"})
