"""People in a call: a real server, a real media worker, real packets."""

import pytest

from voice.sfu import rtcp
from voice.tests.kit import let_in, voice_room
from voice.worker.house import AUDIO_HEADERS_BPS

pytestmark = pytest.mark.slow


@pytest.fixture
def people(house, media):
    """alice owns the room's server, bob is a member."""
    alice, bob = house.person("alice"), house.person("bob")
    room = voice_room(alice)
    let_in(alice, room, bob)
    return alice, bob, room


async def test_what_alice_says_bob_hears(people, come):
    alice, bob, room = people
    a = await (await come(alice)).sit(room)
    b = await (await come(bob)).sit(room)
    await a.speak()
    told = await b.client.wait("voice:new_producer")
    assert told["data"]["userId"] == alice.id
    assert told["data"]["source"] == "mic"
    await b.listen(told["data"]["producerId"])
    await b.hears(30)
    speaking = await b.client.wait("voice:speaking")
    assert (speaking["data"]["userId"], speaking["data"]["speaking"]) == (alice.id, True)


@pytest.fixture
async def call(people, come):
    """alice speaks, bob hears her."""
    alice, bob, room = people
    a = await (await come(alice)).sit(room)
    b = await (await come(bob)).sit(room)
    producer = await a.speak()
    await b.listen(producer)
    await b.hears()
    return a, b, room


def states_of(person, room):
    """Who sits in a room, by user id."""
    found = person.get(f"/voice/channels/{room}/states")["data"]
    return {state["userId"]: state for state in found}


def gone(sitter):
    """A frame that says that somebody sits no longer."""
    return lambda heard: (
        heard["type"] == "voice:state"
        and heard["data"]["userId"] == sitter.person.id
        and not heard["data"]["joined"]
    )


async def test_who_mutes_themselves_is_not_heard_whatever_they_send(call):
    a, b, _room = call
    await a.ask("voice:set_state", sessionId=a.session_id, muted=True)
    await b.hears_nothing()
    told = await b.client.wait(lambda f: f["type"] == "voice:state" and f["data"]["muted"])
    assert told["data"]["userId"] == a.person.id
    await a.ask("voice:set_state", sessionId=a.session_id, muted=False)
    await b.hears()


async def test_who_deafens_themselves_hears_nothing(call):
    _a, b, _room = call
    await b.ask("voice:set_state", sessionId=b.session_id, deafened=True)
    await b.hears_nothing()
    await b.ask("voice:set_state", sessionId=b.session_id, deafened=False)
    await b.hears()


async def test_a_muted_producer_stays_silent_when_its_client_resumes_it(call):
    a, b, _room = call
    producer = b.consumer["producerId"]
    await a.ask("voice:pause", producerId=producer)
    await a.ask("voice:set_state", sessionId=a.session_id, muted=True)
    await a.ask("voice:resume", producerId=producer)
    await b.hears_nothing()
    await a.ask("voice:set_state", sessionId=a.session_id, muted=False)
    await b.hears()


async def test_who_is_silenced_by_another_is_not_heard_and_stays_so(people, come):
    alice, bob, room = people
    a = await (await come(alice)).sit(room)
    b = await (await come(bob)).sit(room)
    await a.listen(await b.speak())
    await a.hears()
    at = f"/voice/channels/{room}/states/{bob.id}"
    assert alice.request("PATCH", at, {"serverMuted": True}).status_code == 200
    await a.hears_nothing()
    await b.ask("voice:set_state", sessionId=b.session_id, muted=False)
    await b.ask("voice:resume", producerId=a.consumer["producerId"])
    await a.hears_nothing()
    again = await (await come(bob)).sit(room)
    assert states_of(alice, room)[bob.id]["serverMuted"], "a mute outlives the session"
    assert states_of(alice, room)[bob.id]["sessionId"] == again.session_id
    producer = await again.speak(ssrc=4242)
    await a.listen(producer)
    await a.hears_nothing()
    assert alice.request("PATCH", at, {"serverMuted": False}).status_code == 200
    await a.hears()


async def test_a_timeout_silences_and_its_end_lets_speak(people, come):
    alice, bob, room = people
    server = alice.get(f"/rooms/{room}")["data"]["serverId"]
    a = await (await come(alice)).sit(room)
    b = await (await come(bob)).sit(room)
    await a.listen(await b.speak())
    await a.hears()
    alice.request("PUT", f"/servers/{server}/timeouts/{bob.id}", {"seconds": 4})
    await a.hears_nothing(0.5)
    assert states_of(alice, room)[bob.id]["serverMuted"]
    await a.hears()  # nobody has to do anything for it to end
    assert not states_of(alice, room)[bob.id]["serverMuted"]


@pytest.mark.parametrize("how", ["kick", "ban"])
async def test_who_is_kicked_or_banned_is_cut_at_once(people, come, how):
    alice, bob, room = people
    server = alice.get(f"/rooms/{room}")["data"]["serverId"]
    a = await (await come(alice)).sit(room)
    b = await (await come(bob)).sit(room)
    await b.listen(await a.speak())
    await b.hears()
    if how == "kick":
        alice.request("DELETE", f"/servers/{server}/members/{bob.id}", {})
    else:
        alice.request("PUT", f"/servers/{server}/bans/{bob.id}", {})
    left = await b.client.wait("voice:left", 5)
    assert left["data"]["reason"] == "removed"
    await b.hears_nothing()
    assert await b.refused("voice:transport", sessionId=b.session_id, direction="recv") == (
        "NOT_FOUND"
    )
    await a.client.wait(gone(b), 5)


async def test_a_sign_out_ends_the_call(call):
    a, b, _room = call
    a.person.post("/auth/logout")
    await b.client.wait(gone(a), 6)
    await b.hears_nothing(0.5)


async def test_a_second_device_moves_the_first_one_out(call, come):
    a, b, room = call
    other = await (await come(a.person)).sit(room)
    left = await a.client.wait("voice:left")
    assert left["data"] == {"sessionId": a.session_id, "roomId": room, "reason": "replaced"}
    await b.hears_nothing(0.5)
    assert states_of(b.person, room)[a.person.id]["sessionId"] == other.session_id
    assert not [f for f in b.client.heard if gone(a)(f)], "in the same room nobody has left"


async def test_who_leaves_is_gone_for_everybody(call):
    a, b, room = call
    left = await a.ask("voice:leave", sessionId=a.session_id)
    assert left["reason"] == "left"
    await b.client.wait(gone(a))
    closed = await b.client.wait("voice:producer_closed")
    assert closed["data"]["producerId"] == b.consumer["producerId"]
    assert states_of(b.person, room).keys() == {b.person.id}


async def test_who_vanishes_is_gone_within_ten_seconds(call):
    a, b, _room = call
    a.vanish()
    await b.client.wait(gone(a), 12)  # 10 s and a busy machine


async def test_who_never_connects_is_gone_after_a_while(people, come):
    alice, bob, room = people
    b = await (await come(bob)).sit(room)
    a = await (await come(alice)).sit(room)
    await b.client.wait(gone(a), 20)
    left = await a.client.wait("voice:left")
    assert left["data"]["reason"] == "not_connected"


async def test_the_last_seat_is_the_last_one(house, media, come):
    alice, bob, carol = house.person("alice"), house.person("bob"), house.person("carol")
    room = voice_room(alice, maxParticipants=2)
    let_in(alice, room, bob, carol)
    await (await come(alice)).sit(room)
    b = await (await come(bob)).sit(room)
    c = await come(carol)
    assert await c.refused("voice:join", roomId=room) == "CONFLICT"
    await b.sit(room)  # one's own seat is no other's
    assert await c.refused("voice:join", roomId=room) == "CONFLICT"
    assert alice.get(f"/rooms/{room}")["data"]["counts"]["voice"] == 2


async def test_moving_somebody_tells_them_where_to(call):
    a, b, room = call
    server = a.person.get(f"/rooms/{room}")["data"]["serverId"]
    target = a.person.post(f"/servers/{server}/channels", {"name": "attic", "type": "voice"})
    target = target["data"]["id"]
    at = f"/voice/channels/{room}/states/{b.person.id}"
    assert a.person.request("PATCH", at, {"moveTo": target}).status_code == 200
    moved = await b.client.wait("voice:moved")
    assert moved["data"] == {"roomId": target, "sessionId": b.session_id, "reason": "moved"}
    await b.sit(target)
    assert states_of(a.person, target).keys() == {b.person.id}


async def test_whoever_joins_the_room_sees_who_sits_there(call, come):
    a, b, room = call
    later = await come(b.person)
    joined = await later.ask("room:join", roomId=room)
    sitting = {state["userId"] for state in joined["voice"]}
    assert sitting == {a.person.id, b.person.id}
    assert {it["userId"] for it in b.person.get("/voice/states")["data"]} >= sitting


async def test_another_rooms_producer_does_not_exist(call, come, house):
    _a, b, _room = call
    mallory = house.person("mallory")
    m = await (await come(mallory)).sit(voice_room(mallory))
    await m.transport("recv")
    code = await m.refused(
        "voice:consume",
        transportId=m.transports["recv"],
        producerId=b.consumer["producerId"],
        rtpCapabilities={"codecs": [], "headerExtensions": []},
    )
    assert code == "NOT_FOUND"


async def test_an_ended_call_takes_its_voice_along(house, media, come):
    alice, bob = house.person("alice"), house.person("bob")
    code = alice.post("/rooms", {"type": "call"})["data"]["code"]
    bob.post(f"/rooms/{code}/join")
    b = await (await come(bob)).sit(code)
    await b.speak()
    alice.post(f"/rooms/{code}/end")
    left = await b.client.wait("voice:left")
    assert left["data"]["reason"] == "ended"
    assert await b.refused("voice:join", roomId=code) == "GONE"


async def test_the_channels_bitrate_is_told_and_kept_to(people, come):
    alice, bob, room = people
    alice.request("PATCH", f"/rooms/{room}", {"bitrate": 16})
    a = await (await come(alice)).sit(room)
    b = await (await come(bob)).sit(room)
    opus = a.joined["rtpCapabilities"]["codecs"][0]
    assert opus["parameters"]["maxaveragebitrate"] == 16_000
    await b.listen(await a.speak())
    await b.hears()

    def told():
        packets = [it for data in a.peers[0].rtcp for it in rtcp.read(data)]
        feedback = [it for it in packets if isinstance(it, rtcp.RtcpPsfbPacket)]
        return [it for it in map(rtcp.estimated_bitrate_bps, feedback) if it]

    await a.peers[0].until(lambda: bool(told()), 5)
    assert told()[-1] == pytest.approx(16_000 + AUDIO_HEADERS_BPS, rel=0.01)
    alice.request("PATCH", f"/rooms/{room}", {"bitrate": 384})
    await a.peers[0].until(lambda: told()[-1] > 400_000, 5)
    await b.hears()
