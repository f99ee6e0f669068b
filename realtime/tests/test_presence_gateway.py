"""Presence as clients see it: chosen, batched, and only for who looks."""

import time

import pytest


def shows(person, **fields):
    """A presence:update in which this person looks so."""

    def matches(frame):
        return frame["type"] == "presence:update" and any(
            change["userId"] == person.id and fields.items() <= change.items()
            for change in frame["data"]["changes"]
        )

    return matches


def default_server(client):
    return client.all("auth:ok")[0]["servers"][0]["id"]


@pytest.fixture
async def viewer(house):
    """bob, who looks at the default server."""
    client = await house.enter(house.person("bob"))
    await client.ask("server:view", serverId=default_server(client))
    client.heard[:] = [frame for frame in client.heard if frame["type"] == "auth:ok"]
    return client


async def test_who_comes_is_online_and_says_what_they_like(house, viewer):
    alice = house.person("alice")
    hers = await house.enter(alice)
    await viewer.wait(shows(alice, status="online", customStatus=None))

    answer = await hers.ask("presence:set", status="dnd", customStatus="  in a\nmeeting ")
    assert answer["type"] == "presence:update"
    (change,) = answer["data"]["changes"]
    assert (change["userId"], change["status"]) == (alice.id, "dnd")
    assert change["customStatus"] == "in a meeting"  # one line, as REST keeps it
    assert change["lastSeenAt"]
    await viewer.wait(shows(alice, status="dnd", customStatus="in a meeting"))


@pytest.mark.parametrize("status", ["online", "idle", "dnd"])
async def test_a_status_is_seen_by_others_and_by_rest(house, viewer, mallory, status):
    hers = await house.enter(mallory)
    await hers.ask("presence:set", status=status, customStatus=f"{status}!")
    await viewer.wait(shows(mallory, status=status, customStatus=f"{status}!"))
    assert mallory.get(f"/users/{mallory.id}")["data"]["status"] == status


async def test_invisible_looks_offline_and_says_nothing(house, viewer):
    alice = house.person("alice")
    hers = await house.enter(alice)
    await hers.ask("presence:set", status="online", customStatus="here")
    await viewer.wait(shows(alice, status="online", customStatus="here"))
    await hers.ask("presence:set", status="offline", customStatus="hiding")
    await viewer.wait(shows(alice, status="offline", customStatus=None))

    late = await house.enter(house.person("carol"))
    snapshot = await late.ask("server:view", serverId=default_server(late))
    assert alice.id not in [change["userId"] for change in snapshot["data"]["changes"]]


async def test_looking_at_a_server_answers_who_is_there_now(house, viewer):
    alice = house.person("alice")
    await house.enter(alice)
    await viewer.wait(shows(alice, status="online"))
    late = await house.enter(house.person("carol"))
    snapshot = await late.ask("server:view", serverId=default_server(late))
    assert snapshot["type"] == "presence:update"
    seen = {change["userId"]: change["status"] for change in snapshot["data"]["changes"]}
    assert seen[alice.id] == "online"


async def test_who_does_not_look_hears_no_presence(house, viewer):
    alice = house.person("alice")
    blind = await house.enter(house.person("carol"))
    await house.enter(alice)
    await viewer.wait(shows(alice, status="online"))
    await blind.settle()
    assert not blind.all("presence:update")


@pytest.mark.parametrize("server_id", ["01900000-0000-7000-8000-000000000000", "no-such", "'"])
async def test_a_strangers_server_is_not_looked_at(house, mallory, server_id):
    client = await house.enter(mallory)
    assert (await client.error("server:view", serverId=server_id))["code"] == "FORBIDDEN"


async def test_rest_chooses_for_the_sockets_too(house, viewer):
    alice = house.person("alice")
    await house.enter(alice)
    body = {"status": "idle", "customStatus": "lunch"}
    assert alice.request("PUT", "/users/me/status", body).status_code == 200
    await viewer.wait(shows(alice, status="idle", customStatus="lunch"))


async def test_a_choice_outlives_the_connection(house, viewer):
    alice = house.person("alice")
    hers = await house.enter(alice)
    await hers.ask("presence:set", status="dnd", customStatus="busy")
    await hers.close()
    again = await house.enter(alice)
    snapshot = await again.ask("server:view", serverId=default_server(again))
    mine = [c for c in snapshot["data"]["changes"] if c["userId"] == alice.id]
    assert [(c["status"], c["customStatus"]) for c in mine] == [("dnd", "busy")]


@pytest.mark.slow
async def test_a_reload_is_not_seen_but_an_absence_is(house, viewer):
    alice = house.person("alice")
    hers = await house.enter(alice)
    await viewer.next(shows(alice, status="online"))
    await hers.close()
    again = await house.enter(alice)
    began_s = time.monotonic()
    await again.close()
    offline = await viewer.wait(shows(alice, status="offline"))
    assert 4 < time.monotonic() - began_s < 9
    (change,) = [c for c in offline["data"]["changes"] if c["userId"] == alice.id]
    assert change["lastSeenAt"]
    told = [c for u in viewer.all("presence:update") for c in u["changes"]]
    assert [c["status"] for c in told if c["userId"] == alice.id] == ["offline"]


# --- direct partners ------------------------------------------------------------------------------
def leave_home(*people):
    """No common server."""
    for person in people:
        server = person.get("/servers")["data"][0]["id"]
        assert person.request("DELETE", f"/servers/{server}/members/me").is_success


async def test_direct_partners_see_each_other_without_a_common_server(house):
    alice, bob = house.person("alice"), house.person("bob")
    leave_home(alice, bob)
    hers, his = await house.enter(alice), await house.enter(bob)
    assert (await hers.ask("server:view"))["data"]["changes"] == []
    alice.post("/rooms/direct", {"userIds": [bob.id]})
    await his.wait("room:updated")
    snapshot = await hers.ask("server:view")
    assert [change["userId"] for change in snapshot["data"]["changes"]] == [bob.id]
    await his.ask("presence:set", status="dnd")
    await hers.wait(shows(bob, status="dnd"))
    # Also for who comes later, and the other way round.
    late = await house.enter(bob)
    snapshot = await late.ask("server:view")
    assert [change["userId"] for change in snapshot["data"]["changes"]] == [alice.id]
    await hers.ask("presence:set", status="idle")
    await late.wait(shows(alice, status="idle"))


async def test_who_is_no_partner_sees_nothing_of_them(house, mallory):
    alice, bob = house.person("alice"), house.person("bob")
    leave_home(alice, bob, mallory)
    alice.post("/rooms/direct", {"userIds": [bob.id]})
    hers = await house.enter(alice)
    outside = await house.enter(mallory)
    assert (await outside.ask("server:view"))["data"]["changes"] == []
    his = await house.enter(bob)
    await his.ask("presence:set", status="dnd")
    await hers.wait(shows(bob, status="dnd"))
    await outside.settle()
    assert not outside.all("presence:update")[1:]


async def test_a_new_name_reaches_direct_partners(house):
    alice, bob = house.person("alice"), house.person("bob")
    leave_home(alice, bob)
    alice.post("/rooms/direct", {"userIds": [bob.id]})
    hers = await house.enter(alice)
    bob.request("PATCH", "/users/me", {"displayName": "Robert"})
    told = await hers.wait("user:updated")
    assert told["data"]["user"]["displayName"] == "Robert"
