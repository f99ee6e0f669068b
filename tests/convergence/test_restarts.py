"""Processes and PostgreSQL that end, in order or not: nothing acknowledged is lost, nobody stays."""

import asyncio
import signal
import time
from random import Random

import httpx
import pytest

from scripts.services import private_postgres
from tests.convergence.conftest import running
from tests.convergence.load import Actor, Figures, converge, guests, verify
from tests.convergence.test_two_processes import HEADROOM, of_user, seen_as

pytestmark = [pytest.mark.services, pytest.mark.slow]


@pytest.fixture(scope="module")
def fragile(tmp_path_factory):
    """Two processes that may be ended; each test brings back what it ended."""
    with running(tmp_path_factory.mktemp("fragile")) as parlor:
        yield parlor


def end(process, how):
    """Send a signal and wait; answers how long it took."""
    began = time.monotonic()
    process.popen.send_signal(how)
    process.popen.wait(30)
    return time.monotonic() - began


async def crowd(parlor, count, *, urls):
    """Actors in a room of their own, connected and coming back by themselves."""
    figures = Figures()
    reader = parlor.person("reader")
    room_id = reader.new_room()["id"]
    people = guests(parlor, count)
    actors = [
        Actor(person, room_id, urls, Random(index), figures) for index, person in enumerate(people)
    ]
    await asyncio.gather(*(actor.come() for actor in actors))
    keepers = [asyncio.create_task(actor.keep_connected()) for actor in actors]
    return actors, room_id, reader, figures, keepers


async def finish(actors, room_id, reader, keepers, within_s):
    converged_s = await converge(actors, reader, room_id, within_s)
    head = await asyncio.to_thread(verify, reader, room_id, actors)
    await asyncio.gather(*(actor.close() for actor in actors))
    await asyncio.gather(*keepers)
    return head, converged_s


async def test_a_process_told_to_end_closes_1012_ends_in_time_and_loses_nothing(fragile, say):
    leaving, staying = fragile.processes
    actors, room_id, reader, figures, keepers = await crowd(
        fragile, 12, urls=[leaving.url, staying.url]
    )
    reader.url, reader.http.base_url = staying.url, staying.url + "/api/v1"
    plain = await guests(fragile, 1)[0].client(0)
    lives = [
        asyncio.create_task(actor.live(["say"] * 25 + ["edit"] * 5, pause_s=0.1))
        for actor in actors
    ]
    while figures.counts["send"] < 60:
        await asyncio.sleep(0.02)
    took = await asyncio.to_thread(end, leaving, signal.SIGTERM)
    code = await plain.wait_closed(5)
    await asyncio.gather(*lives)
    await asyncio.to_thread(leaving.start)
    head, converged_s = await finish(actors, room_id, reader, keepers, 10)
    closed = {key: n for key, n in figures.counts.items() if key.startswith("closed")}
    say(
        f"SIGTERM: ended in {took:.1f} s, {closed}, head {head}, converged {converged_s:.2f} s after"
    )
    assert code == 1012
    assert set(closed) == {"closed 1012"}
    assert took < 10


async def test_people_of_a_killed_process_are_offline_everywhere_in_time(fragile, say):
    dying, staying = fragile.processes
    watching_one, person = guests(fragile, 2)
    owner = fragile.person("owner", process=1)
    room_id, server = owner.new_room()["id"], owner.get("/servers")["data"][0]["id"]
    watching = await watching_one.client(1)
    await watching.ask("room:join", roomId=room_id)
    await watching.ask("server:view", serverId=server)
    client = await person.client(0)
    await client.ask("room:join", roomId=room_id)
    await watching.wait(of_user("room:user_joined", person), 3 * HEADROOM)
    await watching.wait(seen_as(person, "online"), 3 * HEADROOM)

    took = await asyncio.to_thread(end, dying, signal.SIGKILL)
    began = time.monotonic() - took
    await watching.wait(of_user("room:user_left", person), 45)
    await watching.wait(seen_as(person, "offline"), 45)
    say(f"SIGKILL: offline after {time.monotonic() - began:.0f} s")
    assert time.monotonic() - began < 45
    newcomer = await guests_of(staying, fragile).client(1)
    joined = await newcomer.ask("room:join", roomId=room_id)
    here = {participant["user"]["id"] for participant in joined["data"]["participants"]}
    assert person.id not in here, "a ghost"
    await asyncio.to_thread(dying.start)
    for each in (watching, newcomer):
        await each.close()


def guests_of(process, parlor):
    """Somebody who signs in at this process (the other one is down)."""
    from tests.live import Person

    person = Person(parlor, process.url)
    answer = person.post("/auth/guest", {"username": f"late-{time.time_ns() % 10**9}"})
    person.sign_in(answer["data"])
    return person


async def test_a_killed_process_loses_nothing_that_was_acknowledged(fragile, say):
    dying, staying = fragile.processes
    actors, room_id, reader, figures, keepers = await crowd(
        fragile, 12, urls=[dying.url, staying.url]
    )
    reader.url, reader.http.base_url = staying.url, staying.url + "/api/v1"
    lives = [
        asyncio.create_task(actor.live(["say"] * 20 + ["edit"] * 5 + ["delete"] * 2, pause_s=0.1))
        for actor in actors
    ]
    for wanted in (40, 120):
        while figures.counts["send"] < wanted:
            await asyncio.sleep(0.02)
        await asyncio.to_thread(end, dying, signal.SIGKILL)
        await asyncio.to_thread(dying.start)
    await asyncio.gather(*lives)
    head, converged_s = await finish(actors, room_id, reader, keepers, 10)
    say(
        f"two SIGKILLs: {figures.counts['retries']} retries, head {head},"
        f" converged {converged_s:.2f} s after the last ack"
    )


@pytest.mark.parametrize("away_s", [1, 8], ids=["a moment", "longer than anything waits for it"])
async def test_postgres_restarted_is_503_or_1012_and_soon_all_is_well(tmp_path, say, away_s):
    with private_postgres() as postgres, running(tmp_path, database_url=postgres.url) as parlor:
        urls = [process.url for process in parlor.processes]
        actors, room_id, reader, figures, keepers = await crowd(parlor, 10, urls=urls)
        lives = [
            asyncio.create_task(actor.live(["say"] * 40 + ["edit"] * 5, pause_s=0.3))
            for actor in actors
        ]
        statuses, is_over = {}, asyncio.Event()

        async def knock():
            async with httpx.AsyncClient(timeout=30) as http:
                while not is_over.is_set():
                    for url in urls:
                        answer = await http.get(
                            f"{url}/api/v1/rooms/{room_id}/messages",
                            headers={"Authorization": f"Bearer {reader.token}"},
                        )
                        statuses.setdefault(answer.status_code, []).append(time.monotonic())
                    await asyncio.sleep(0.05)

        knocking = asyncio.create_task(knock())
        while figures.counts["send"] < 80:
            await asyncio.sleep(0.02)
        await asyncio.to_thread(postgres.kill)
        await asyncio.sleep(away_s)
        await asyncio.to_thread(postgres.start)
        back_at = time.monotonic()
        await asyncio.gather(*lives)
        is_over.set()
        await knocking
        head, converged_s = await finish(actors, room_id, reader, keepers, 10)

        closed = {key for key in figures.counts if key.startswith("closed")}
        last_bad = max((at for s, found in statuses.items() if s != 200 for at in found), default=0)
        slow = [when for when, _ in figures.ack_seconds if when > back_at]
        say(
            f"PostgreSQL away for {away_s} s: REST { ({s: len(n) for s, n in statuses.items()}) },"
            f" sockets {dict(figures.counts)}, last 503 {max(0, last_bad - back_at):.1f} s after,"
            f" first ack {min(slow) - back_at:.1f} s after, head {head},"
            f" converged {converged_s:.2f} s after the last ack"
        )
        assert set(statuses) <= {200, 503}
        assert away_s < 5 or 503 in statuses, "it was not away"
        assert closed <= {"closed 1012"}
        assert last_bad - back_at < 5  # ten are promised, however long it was away
        assert min(slow) - back_at < 5
