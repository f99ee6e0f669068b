"""Which simulcast layer each listener gets: as much as its connection carries, and no more.

The listener's own estimator says by REMB what it can receive, but never more than half again of
what it does receive. So going up is a trial: one step where nothing speaks against it, and back
with growing patience when it was too much. Decides only; switching is the consumer's.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voice.sfu.consumer import Consumer
    from voice.sfu.stream import Stream

TRIAL_S = 3.0  # how long a step up is watched before the next
FIRST_PATIENCE_S = 5.0
MAX_PATIENCE_S = 60.0
ENOUGH = 1.2  # an estimate this much above what is sent is no limit
TOO_MUCH_LOSS = 0.1
DEAD_S = 0.4  # a layer that says nothing for so long has been dropped by its sender


class Layers:
    """The choice for one receiving transport."""

    def __init__(self) -> None:
        self._patience_s = FIRST_PATIENCE_S
        self._no_step_before_s = 0.0
        self._stepped_up_at_s = float("-inf")

    def choose(self, consumers: list["Consumer"], available_bps: int | None, now_s: float) -> None:
        """Every second: at most one step up, or one down."""
        choosing = [it for it in consumers if _has_layers(it) and not it.is_paused]
        if not choosing:
            return
        spent_bps = sum(it.stats.bitrate_bps for it in consumers)
        loss = max(it.stats.packet_loss for it in choosing)
        if loss > TOO_MUCH_LOSS or (available_bps is not None and available_bps < spent_bps * 0.9):
            self._step_down(choosing, now_s)
        elif now_s >= self._no_step_before_s and not _is_limit(available_bps, spent_bps):
            self._step_up(choosing, now_s)

    def _step_up(self, choosing: list["Consumer"], now_s: float) -> None:
        """Whoever has the least is first."""
        for consumer in sorted(choosing, key=lambda it: it.layer):
            higher = consumer.layer + 1
            streams = consumer.producer.streams
            if higher <= consumer.max_layer and _is_alive(streams, higher, now_s):
                consumer.set_layer(higher)
                if now_s - self._stepped_up_at_s > self._patience_s * 4:
                    self._patience_s = FIRST_PATIENCE_S
                self._stepped_up_at_s = now_s
                self._no_step_before_s = now_s + TRIAL_S
                return

    def _step_down(self, choosing: list["Consumer"], now_s: float) -> None:
        """Whoever has the most gives way; soon after a step up that was the cause: wait longer."""
        consumer = max(choosing, key=lambda it: it.layer)
        if consumer.layer == 0:
            return
        consumer.set_layer(consumer.layer - 1)
        if now_s - self._stepped_up_at_s < TRIAL_S * 2:
            self._patience_s = min(self._patience_s * 2, MAX_PATIENCE_S)
        self._no_step_before_s = now_s + self._patience_s


def leave_dead_layers(streams: list["Stream"], now_s: float) -> None:
    """Every 50 ms: a sender that has too little itself drops its upper layers without a word."""
    for layer in range(len(streams) - 1, 0, -1):
        stream = streams[layer]
        if (stream.listeners or stream.waiting) and not _is_alive(streams, layer, now_s):
            alive = [it for it in range(layer) if _is_alive(streams, it, now_s)]
            if alive:
                for consumer in [*stream.listeners, *stream.waiting]:
                    consumer.set_layer(alive[-1])


def _is_limit(available_bps: int | None, spent_bps: int) -> bool:
    return available_bps is not None and available_bps < spent_bps * ENOUGH


def _has_layers(consumer: "Consumer") -> bool:
    return len(consumer.producer.streams) > 1


def _is_alive(streams: list["Stream"], layer: int, now_s: float) -> bool:
    return layer < len(streams) and now_s - streams[layer].reception.heard_at_s < DEAD_S
