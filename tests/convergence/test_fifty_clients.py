"""Show 3: fifty clients on two processes, and nothing is lost, doubled or out of order."""

import asyncio

import pytest

from tests.convergence.load import converge, figures_of, run_load, verify
from tests.live import Client

pytestmark = [pytest.mark.services, pytest.mark.slow]


async def test_fifty_clients_on_two_processes_end_with_one_list(two, say):
    actors, room_id, reader, figures = await run_load(
        two, messages=2000, edits=300, deletes=120, breaks=240
    )
    converged_s = await converge(actors, reader, room_id, 10)
    head = await asyncio.to_thread(verify, reader, room_id, actors)
    say(figures_of(actors, figures, head, converged_s))

    assert figures.counts["send"] == 2000
    assert figures.counts["retries"] > 20, "the load did not lose enough in flight"
    assert all(actor.replica.holes == 0 for actor in actors), "the server left a hole on a socket"
    await asyncio.gather(*(actor.close() for actor in actors))


async def test_ten_sends_of_one_nonce_over_both_processes_are_one_message(two):
    alice = two.person("alice")
    room_id = alice.new_room()["id"]
    watching = await alice.client(0)
    await watching.ask("room:join", roomId=room_id)
    clients = [await alice.client(index % 2) for index in range(10)]
    for client in clients:
        await client.ask("room:join", roomId=room_id)

    replies = await asyncio.gather(
        *(
            client.ask("message:send", roomId=room_id, content="once", nonce="same")
            for client in clients
        )
    )
    again = await clients[0].ask("message:send", roomId=room_id, content="once", nonce="same")

    assert {reply["type"] for reply in [*replies, again]} == {"message:ack"}
    assert all(reply["data"] == again["data"] for reply in replies)
    through_rest = alice.request(
        "POST", f"/rooms/{room_id}/messages", {"content": "once", "nonce": "same"}
    )
    assert through_rest.status_code == 200
    assert through_rest.json()["data"]["id"] == again["data"]["id"]
    assert [m["id"] for m in alice.history(room_id)] == [again["data"]["id"]]
    assert alice.get(f"/rooms/{room_id}")["data"]["lastSeq"] == 1
    await watching.settle()
    assert len(watching.all("message:new")) == 1
    for client in [watching, *clients]:
        await client.close()


async def test_one_nonce_for_two_texts_is_a_conflict_on_either_process(two):
    alice = two.person("alice")
    room_id = alice.new_room()["id"]
    clients: list[Client] = [await alice.client(0), await alice.client(1)]
    for client in clients:
        await client.ask("room:join", roomId=room_id)
    first = await clients[0].ask("message:send", roomId=room_id, content="one", nonce="n")
    second = await clients[1].ask("message:send", roomId=room_id, content="two", nonce="n")
    third = await clients[1].ask("message:send", roomId=room_id, content="one", nonce="n")
    assert second["data"]["code"] == "CONFLICT"
    assert third["data"] == first["data"]
    for client in clients:
        await client.close()
