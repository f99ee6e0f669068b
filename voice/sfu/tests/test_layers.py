"""The choice of simulcast layers, on connections that are only numbers."""

from typing import Any

import pytest

from voice.sfu.layers import Layers, leave_dead_layers

BITRATES_BPS = (150_000, 500_000, 1_500_000)


class Part:
    """Anything with these attributes."""

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


class Listener:
    """As much of a consumer as is looked at."""

    def __init__(self) -> None:
        streams = [
            Part(reception=Part(heard_at_s=0.0), listeners=[], waiting=[]) for _ in BITRATES_BPS
        ]
        self.producer = Part(streams=streams)
        self.stats = Part(bitrate_bps=0, packet_loss=0.0)
        self.layer, self.max_layer, self.is_paused = 0, 2, False

    def set_layer(self, layer: int) -> None:
        self.layer = layer


class Link:
    """A connection of so many bit/s, estimated as browsers do; a second at a time."""

    def __init__(self, capacity_bps: int, listeners: int = 1) -> None:
        self.capacity_bps = capacity_bps
        self.listeners = [Listener() for _ in range(listeners)]
        self.layers = Layers()
        self.now_s = 0.0
        self.lossy_seconds = 0

    def run(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now_s += 1
            sent = 0
            for it in self.listeners:
                it.stats.bitrate_bps = BITRATES_BPS[it.layer]
                sent += BITRATES_BPS[it.layer]
                for stream in it.producer.streams:
                    stream.reception.heard_at_s = self.now_s
            loss = max(0.0, 1 - self.capacity_bps / sent)
            self.lossy_seconds += loss > 0
            for it in self.listeners:
                it.stats.packet_loss = loss
            estimate = int(min(self.capacity_bps * 0.95, 1.5 * sent + 10_000))
            self.layers.choose(self.listeners, estimate, self.now_s)  # type: ignore[arg-type]

    @property
    def chosen(self) -> list[int]:
        return sorted(it.layer for it in self.listeners)


@pytest.mark.parametrize(
    ("capacity_bps", "layer"), [(5_000_000, 2), (700_000, 1), (200_000, 0), (60_000, 0)]
)
def test_it_settles_at_what_the_connection_carries(capacity_bps: int, layer: int) -> None:
    link = Link(capacity_bps)
    link.run(300)
    settled = []
    for _ in range(100):
        link.run(1)
        settled.append(link.chosen[0])
    assert settled.count(layer) > 90


def test_trials_become_rare() -> None:
    link = Link(600_000)
    link.run(600)
    link.lossy_seconds = 0
    link.run(600)
    assert link.lossy_seconds <= 20


def test_a_connection_that_gets_better_is_used() -> None:
    link = Link(300_000)
    link.run(200)
    link.capacity_bps = 5_000_000
    link.run(80)
    assert link.chosen == [2]


def test_several_pictures_rise_together() -> None:
    link = Link(1_800_000, listeners=3)
    link.run(300)
    assert link.chosen == [1, 1, 1]


def test_a_thumbnail_stays_small() -> None:
    link = Link(5_000_000)
    link.listeners[0].max_layer = 0
    link.run(60)
    assert link.chosen == [0]


def test_a_layer_that_its_sender_dropped_is_left() -> None:
    listener: Any = Listener()
    listener.layer = 2
    low, middle, _ = (it.reception for it in listener.producer.streams)
    low.heard_at_s = middle.heard_at_s = 10.0
    streams = listener.producer.streams
    streams[2].listeners = [listener]
    leave_dead_layers(streams, 10.1)
    assert listener.layer == 1
    streams[1].waiting = [listener]
    middle.heard_at_s = 9.0
    leave_dead_layers(streams, 10.1)
    assert listener.layer == 0
    low.heard_at_s = 9.0
    leave_dead_layers(streams, 10.1)
    assert listener.layer == 0
