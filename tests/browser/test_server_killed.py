"""Two people write while the server under them is killed and comes back; both pages end with the same."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.visitor import Visitor
from tests.live import Parlor, Process

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Pair = tuple[Visitor, Visitor]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Parlor]:
    """An embedded Parlor that may be killed."""
    yield from running(Parlor(tmp_path))


@pytest.fixture
def two_doors(tmp_path: Path) -> Iterator[Parlor]:
    """Two web processes over PostgreSQL and Redis."""
    services = {"database_url": os.environ["DATABASE_URL"], "redis_url": os.environ["REDIS_URL"]}
    yield from running(Parlor(tmp_path, processes=2, **services))


def running(parlor: Parlor) -> Iterator[Parlor]:
    """Started, and stopped again; nobody may have stumbled."""
    try:
        yield parlor.start()
    finally:
        parlor.stop()
    assert "Traceback" not in parlor.log.read_text(errors="replace")


def meet(parlor: Parlor, visit: Any, name: Any) -> tuple[Pair, dict[str, Any]]:
    """alice at the first process, bob at the last one, in one channel."""
    admin = parlor.admin()
    channel = admin.new_room("table", serverId=admin.get("/servers")["data"][0]["id"])
    doors = [parlor.processes[0].url, parlor.processes[-1].url]
    people = [visit(url) for url in doors]
    for person, start in zip(people, ("alice", "bob"), strict=True):
        # While its server is away, the network is what the browser complains of.
        person.was_cut = True
        person.come_in(name(start), channel["slug"])
        person.page.evaluate("window.neverReloaded = true")
    return (people[0], people[1]), channel


def kill_and_restart(process: Process, pair: Pair, when: str) -> list[str]:
    """Both write before, in the very moment, while it is away, and while it starts again."""
    written: list[str] = []

    def say(person: Visitor, text: str) -> None:
        person.say(text)
        written.append(text)

    def both_write(moment: str) -> None:
        for index, person in enumerate(pair):
            say(person, f"{moment}, {when}, {'alice' if index == 0 else 'bob'}")

    both_write("just before")
    process.kill()
    both_write("it is gone")
    both_write("still gone")
    starting = threading.Thread(target=process.start)
    starting.start()
    both_write("it starts")
    starting.join()
    both_write("it is back")
    return written


def converged(parlor: Parlor, pair: Pair, channel: dict[str, Any], written: list[str]) -> None:
    """Both pages and the database hold the same: everything that was written, once."""
    for person in pair:
        person.settled()
        for text in written:
            person.sees(text)
    history = parlor.person("reader", process=0).history(channel["id"])
    contents = [message["content"] for message in history]
    assert sorted(contents) == sorted(written)
    for person in pair:
        person.shows(history)
        assert person.page.evaluate("window.neverReloaded") is True
    for mine in ("alice", "bob"):
        own = [text for text in contents if text.endswith(mine)]
        assert own == [text for text in written if text.endswith(mine)], "out of order"


def test_the_only_process_is_killed_twice_and_nothing_is_lost_or_doubled(
    house: Parlor, visit: Any, name: Any
) -> None:
    pair, channel = meet(house, visit, name)
    written: list[str] = []
    for when in ("first time", "second time"):
        written += kill_and_restart(house.processes[0], pair, when)
    converged(house, pair, channel, written)


@pytest.mark.services
def test_each_of_two_processes_is_killed_in_turn_and_nothing_is_lost_or_doubled(
    two_doors: Parlor, visit: Any, name: Any
) -> None:
    pair, channel = meet(two_doors, visit, name)
    written: list[str] = []
    for process, when in zip(two_doors.processes, ("alice's door", "bob's door"), strict=True):
        written += kill_and_restart(process, pair, when)
    converged(two_doors, pair, channel, written)
