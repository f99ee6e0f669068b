"""WHIP and WHEP: aiortc sends and receives over plain HTTP, through a real worker."""

import asyncio

import pytest
from aiortc import AudioStreamTrack, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack

from voice.tests.kit import let_in, voice_room
from voice.tests.sdp_kit import audio_offer

pytestmark = pytest.mark.slow
TRACKS = {"audio": AudioStreamTrack, "video": VideoStreamTrack}
SDP = {"Content-Type": "application/sdp"}


@pytest.fixture
def people(house, media):
    """alice owns the room's server, bob is a member."""
    alice, bob = house.person("alice"), house.person("bob")
    room = voice_room(alice)
    let_in(alice, room, bob)
    return alice, bob, room


def post(person, path, text, headers=SDP):
    return person.http.post(path, content=text, headers=headers)


@pytest.fixture
async def exchange():
    """Makes connections of aiortc's; they close with the test."""
    connections = []

    async def make(person, room, way, *kinds):
        connection = RTCPeerConnection()
        connections.append(connection)
        for kind in kinds:
            direction = {"whip": "sendonly", "whep": "recvonly"}[way]
            what = TRACKS[kind]() if way == "whip" else kind
            connection.addTransceiver(what, direction=direction)
        await connection.setLocalDescription(await connection.createOffer())
        offer = connection.localDescription.sdp
        path = f"/voice/rooms/{room}/{way}"
        answer = await asyncio.to_thread(post, person, path, offer)
        if answer.status_code == 201:
            await connection.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        return connection, answer

    yield make
    await asyncio.gather(*(it.close() for it in connections))


async def frames(connection, kind, count=5):
    (track,) = [it.receiver.track for it in connection.getTransceivers() if it.kind == kind]
    async with asyncio.timeout(20):
        return [await track.recv() for _ in range(count)]


async def states(person, room):
    found = await asyncio.to_thread(person.get, f"/voice/channels/{room}/states")
    return {state["userId"]: state for state in found["data"]}


async def gone(person, room, other, within_s=5):
    async with asyncio.timeout(within_s):
        while other.id in await states(person, room):
            await asyncio.sleep(0.1)


async def test_what_obs_would_send_is_seen_and_heard_in_a_player(people, exchange):
    alice, bob, room = people
    _sender, published = await exchange(alice, room, "whip", "audio", "video")
    assert published.status_code == 201, published.text
    assert published.headers["Content-Type"] == "application/sdp"
    resource = published.headers["Location"]
    assert resource.startswith(f"/api/v1/voice/rooms/{room}/whip/")
    state = (await states(bob, room))[alice.id]
    player, watched = await exchange(bob, room, "whep", "audio", "video")
    assert watched.status_code == 201, watched.text
    heard = await frames(player, "audio", 20)
    assert {it.sample_rate for it in heard} == {48000}
    seen = await frames(player, "video")
    assert (seen[-1].width, seen[-1].height) == (640, 480)
    state = (await states(bob, room))[alice.id]
    assert (state["video"], state["muted"]) == (True, False)
    ended = await asyncio.to_thread(alice.http.delete, resource.removeprefix("/api/v1"))
    assert ended.status_code == 200
    await gone(bob, room, alice)
    left = await asyncio.to_thread(
        bob.http.delete, watched.headers["Location"].removeprefix("/api/v1")
    )
    assert left.status_code == 200
    assert await states(bob, room) == {}
    again = await asyncio.to_thread(alice.http.delete, resource.removeprefix("/api/v1"))
    assert again.status_code == 404


async def test_obs_beside_ones_own_browser_shows_the_screen(people, exchange, come):
    alice, bob, room = people
    a = await (await come(alice)).sit(room)
    await a.speak()
    _sender, published = await exchange(alice, room, "whip", "audio", "video")
    assert published.status_code == 201, published.text
    assert list(await states(bob, room)) == [alice.id]
    assert (await states(bob, room))[alice.id]["sessionId"] == a.session_id
    producers = (await asyncio.to_thread(bob.get, f"/voice/channels/{room}/producers"))["data"]
    found = sorted((it["kind"], it["source"]) for it in producers)
    assert found == [("audio", "mic"), ("audio", "screen"), ("video", "camera")]
    resource = published.headers["Location"].removeprefix("/api/v1")
    assert (await asyncio.to_thread(alice.http.delete, resource)).status_code == 200
    assert alice.id in await states(bob, room), "the browser is still there"


async def test_a_player_that_finds_nothing_sits_nowhere(people, exchange):
    _alice, bob, room = people
    _player, refused = await exchange(bob, room, "whep", "audio")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "CONFLICT")
    assert await states(bob, room) == {}


async def test_mutes_are_obeyed_and_a_kick_cuts(people, exchange):
    alice, bob, room = people
    server = alice.get(f"/rooms/{room}")["data"]["serverId"]
    _sender, published = await exchange(bob, room, "whip", "audio")
    assert published.status_code == 201
    player, _ = await exchange(alice, room, "whep", "audio")
    await frames(player, "audio")
    at = f"/voice/channels/{room}/states/{bob.id}"
    await asyncio.to_thread(alice.request, "PATCH", at, {"serverMuted": True})
    (track,) = [it.receiver.track for it in player.getTransceivers()]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(4):
            while True:
                await asyncio.wait_for(track.recv(), 1)
    await asyncio.to_thread(alice.request, "PATCH", at, {"serverMuted": False})
    await frames(player, "audio")
    await asyncio.to_thread(alice.request, "DELETE", f"/servers/{server}/members/{bob.id}")
    await gone(alice, room, bob)


GOOD = audio_offer()
BAD = {
    "nothing": ("", SDP, 400, "VALIDATION_ERROR"),
    "no sdp": ("hello", SDP, 400, "VALIDATION_ERROR"),
    "no utf-8": (b"v=0\xff", SDP, 400, "VALIDATION_ERROR"),
    "one that only receives": (audio_offer(direction="recvonly"), SDP, 400, "VALIDATION_ERROR"),
    "no codec of ours": (GOOD.replace("opus/48000/2", "G722/8000"), SDP, 400, "VALIDATION_ERROR"),
    "an answer": (GOOD.replace("actpass", "passive"), SDP, 400, "VALIDATION_ERROR"),
    "300 kB": (GOOD + "a=x\r\n" * 60_000, SDP, 413, "TOO_LARGE"),
    "2 MB": (GOOD + "a=x\r\n" * 400_000, SDP, 413, "TOO_LARGE"),
    "many lines": (GOOD + "a=x\r\n" * 30_000, SDP, 400, "VALIDATION_ERROR"),
    "json": ("{}", {"Content-Type": "application/json"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "no type": (GOOD, {}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "three sounds": (audio_offer(mids=("a", "b", "c")), SDP, 409, "CONFLICT"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_request_is_refused_with_a_reason(name, people, come):
    alice, _bob, room = people
    text, headers, status, code = BAD[name]
    a = await (await come(alice)).sit(voice_room(alice))
    before = await states(alice, room)
    answer = await asyncio.to_thread(post, alice, f"/voice/rooms/{room}/whip", text, headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert answer.json()["error"]["message"]
    assert await states(alice, room) == before
    if status != 409:
        await a.ask("voice:set_state", sessionId=a.session_id, muted=True)  # sits where she sat


async def test_what_the_doors_take(people, house):
    alice, _bob, room = people
    path = f"/voice/rooms/{room}/whip"
    nobody = type(alice)(house, house.url)
    options = nobody.http.options(path)
    assert (options.status_code, options.headers["Accept-Post"]) == (200, "application/sdp")
    assert post(nobody, path, GOOD).status_code == 401
    made = post(alice, path, GOOD)
    resource = made.headers["Location"].removeprefix("/api/v1")
    patched = alice.http.patch(resource, content="a=ice-ufrag:x")
    assert (patched.status_code, patched.headers["Allow"]) == (405, "DELETE, OPTIONS")
    elsewhere = resource.replace(room, voice_room(alice))
    assert alice.http.delete(elsewhere).status_code == 404
    assert alice.http.delete(resource).status_code == 200
