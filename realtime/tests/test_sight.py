"""What concerns a room reaches those who have it in sight, once each; a room that is no more is lost."""

import json

import pytest

from realtime import wire
from realtime.hub import Hub
from realtime.tests.test_watch import Client, database, join, until, watch

__all__ = ["database", "watch"]  # fixtures

NEWS = wire.Cast("seen:r", json.dumps({"type": "news", "data": 1}))


@pytest.fixture
def hub(watch) -> Hub:
    return watch.hub


async def test_who_joined_a_room_or_watches_it_sees_its_changes_once(hub, watch):
    joined, both = Client(hub, "ann"), Client(hub, "ben", watched=["r"])
    watching, outside = Client(hub, "cat", watched=["r"]), Client(hub, "dan")
    for client in (joined, both):
        await join(watch, client)
    hub.take(NEWS)
    await until(lambda: all(c.types() == ["news"] for c in (joined, both, watching)))
    assert outside.types() == []


async def test_who_is_still_being_answered_hears_of_a_change_after_the_answer(hub, watch):
    coming = Client(hub, "ann", watched=["r"])
    await watch.start_feed("r")
    hub.hold(coming.socket, "r")
    hub.take(NEWS)
    assert coming.types() == []
    hub.release(coming.socket, "r", 0)
    await until(lambda: coming.types() == ["news"])


async def test_a_closed_room_is_lost_by_everybody_and_heard_no_more(hub, watch):
    joined, watching, outside = (
        Client(hub, "ann"),
        Client(hub, "ben", watched=["r"]),
        Client(hub, "x"),
    )
    await join(watch, joined)
    hub.take(wire.Closed(["r"], "", 7))
    hub.take(NEWS)
    await until(lambda: joined.frames and watching.frames)
    for client in (joined, watching):
        assert client.types() == ["room:deleted"]
        assert client.frames[0]["data"] == {"roomId": "r", "version": 7}
    assert outside.types() == []
    assert "r" not in hub.feeds
    assert "watch:r" not in hub.topics


async def test_a_closed_server_is_lost_with_its_rooms():
    hub = Hub("here", 20)
    inside = Client(hub, "ann", watched=["r", "other"], servers=["s"])
    hub.take(wire.Closed(["r"], "s", None))
    hub.take(wire.Cast("server:s", json.dumps({"type": "news", "data": 1})))
    await until(lambda: len(inside.frames) == 2)
    assert inside.types() == ["room:removed", "server:removed"]
    assert inside.socket.watched == {"other"}
