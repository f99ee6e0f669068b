"""Show 4: the doorbell drops, repeats and reorders; every client still ends right, unprompted."""

import asyncio
import time

import pytest

from scripts.services import private_redis
from tests.convergence.conftest import running
from tests.convergence.load import SEED, converge, figures_of, guests, run_load, verify
from tests.live import Parlor

pytestmark = [pytest.mark.services, pytest.mark.slow]

AWAY_S = 5.0


async def finish(parlor, loaded, within_s, say):
    """The end of every load here: all right within the time, by nothing but the server's pushes."""
    actors, room_id, reader, figures = loaded
    converged_s = await converge(actors, reader, room_id, within_s)
    head = await asyncio.to_thread(verify, reader, room_id, actors)
    say(figures_of(actors, figures, head, converged_s))
    by_push = [actor for actor in actors if not actor.own_recovers]
    assert len(by_push) == len(actors), "a client met a hole or had to start afresh"
    await nobody_is_deaf(parlor, actors)
    await asyncio.gather(*(actor.close() for actor in actors))


async def nobody_is_deaf(parlor: Parlor, actors):
    """Every socket that was there still hears numbers, typing and presence, across processes."""
    room_id = actors[0].replica.room_id
    writers = guests(parlor, len(parlor.processes))
    before = [dict(actor.heard) for actor in actors]
    clients = [await person.client(process) for process, person in enumerate(writers)]
    for client in clients:
        await client.ask("room:join", roomId=room_id)

    async def all_hear(type_: str, count: int, again) -> None:
        async with asyncio.timeout(15):
            while any(
                actor.heard[type_] < heard.get(type_, 0) + count
                for actor, heard in zip(actors, before, strict=True)
            ):
                await again()
                await asyncio.sleep(0.2)

    async def nothing() -> None:
        pass

    async def write_again() -> None:
        for client in clients:
            await client.send("typing:start", roomId=room_id)

    await all_hear("typing:update", len(clients), write_again)
    for client in clients:
        await client.ask("message:send", roomId=room_id, content="Does everybody hear me?")
    await all_hear("message:new", 0, nothing)
    async with asyncio.timeout(10):
        head = max(actor.replica.cursor for actor in actors)
        await asyncio.gather(*(actor.reached(head) for actor in actors))
    await presence_works_again(parlor, clients)
    for client in clients:
        await client.close()


async def presence_works_again(parlor: Parlor, clients):
    """Who comes on one process is seen on the others."""
    (newcomer,) = guests(parlor, 1)
    server = newcomer.get("/servers")["data"][0]["id"]
    for client in clients:
        await client.ask("server:view", serverId=server)
    came = await newcomer.client(0)
    for client in clients:
        await client.wait(
            lambda frame: (
                frame["type"] == "presence:update"
                and any(change["userId"] == newcomer.id for change in frame["data"]["changes"])
            ),
            timeout_s=20,
        )
    await came.close()


async def test_a_doorbell_that_loses_repeats_and_reorders_three_in_ten_costs_nobody_anything(
    tmp_path, say
):
    faulty = {"BUS_CLASS": "tests.convergence.faults.FaultyBus", "FAULTS_SEED": str(SEED)}
    with running(tmp_path, **faulty) as parlor:
        loaded = await run_load(parlor, messages=2000, edits=300, deletes=120, breaks=240)
        pushed = sum(actor.replica.pushed_pages for actor in loaded[0])
        assert pushed > 500, "the faults did not reach the clients"
        await finish(parlor, loaded, 10, say)


@pytest.mark.parametrize("how", ["killed", "paused"])
async def test_redis_away_for_five_seconds_stops_no_send_and_leaves_nobody_deaf(how, tmp_path, say):
    with private_redis() as redis, running(tmp_path, redis_url=redis.url) as parlor:
        away = []

        async def take_redis_away(figures):
            while figures.counts["send"] < 200:
                await asyncio.sleep(0.05)
            away.append(time.monotonic())
            if how == "killed":
                await asyncio.to_thread(redis.kill)
            else:
                redis.pause()
            await asyncio.sleep(AWAY_S)
            away.append(time.monotonic())
            if how == "killed":
                await asyncio.to_thread(redis.start)
            else:
                redis.resume()

        loaded = await run_load(
            parlor,
            messages=1000,
            edits=150,
            deletes=60,
            breaks=100,
            pause_s=0.6,
            meanwhile=take_redis_away,
        )
        figures = loaded[3]
        while_away = figures.acks_between(away[0] + 0.5, away[1])
        say(f"Redis {how} for {AWAY_S:.0f} s: {while_away} changes acknowledged meanwhile")
        assert while_away > 20
        assert figures.last_ack > away[1], "the load ended before Redis was back"
        await finish(parlor, loaded, 15, say)
