"""The gateway by SDP: `voice:publish` and `voice:subscribe`, with a real worker and real packets."""

import asyncio

import pytest

from voice.sfu.dtls_private import Certificate
from voice.sfu.sdp_read import read_description
from voice.tests.kit import _keep_binding, let_in, voice_room
from voice.tests.sdp_kit import answer_to, audio_offer, fingerprint_of, peer_of, speech

pytestmark = pytest.mark.slow


@pytest.fixture
def people(house, media):
    """alice owns the room's server, bob is a member."""
    alice, bob = house.person("alice"), house.person("bob")
    room = voice_room(alice)
    let_in(alice, room, bob)
    return alice, bob, room


class Plain:
    """Somebody with a plain RTCPeerConnection for each way."""

    def __init__(self, sitter):
        self.sitter, self.tasks, self.peers, self.answered = sitter, [], [], set()
        self.certificate = Certificate()
        self.fingerprint = fingerprint_of(self.certificate)

    async def publish(self, sdp="", negotiation="n1", **how):
        return await self.sitter.ask(
            "voice:publish",
            sessionId=self.sitter.session_id,
            negotiationId=negotiation,
            sdp=sdp or audio_offer(self.fingerprint),
            **how,
        )

    async def speak(self, **how):
        """A microphone that is on."""
        made = await self.publish(**how)
        peer = await self.connect(made["sdp"])
        self.tasks.append(asyncio.create_task(self._talk(peer)))
        return made

    async def connect(self, description):
        peer = peer_of(description, self.certificate)
        self.peers.append(peer)
        self.tasks.append(asyncio.create_task(_keep_binding(peer)))
        await peer.connect()
        assert peer.state == "connected"
        return peer

    async def _talk(self, peer):
        for sequence in range(1, 1_000_000):
            peer.send_rtp(speech(sequence))
            await asyncio.sleep(0.02)

    async def subscribe(self):
        """Answers the first offer, and is connected."""
        offer = await self.sitter.ask("voice:subscribe", sessionId=self.sitter.session_id)
        await self.answer(offer)
        self.ear = await self.connect(offer["sdp"])
        self.sitter.ear = self.ear
        return offer

    async def offered(self, timeout_s=10):
        """The next offer that came by itself and has not been answered."""
        client = self.sitter.client
        frame = await client.wait(
            lambda f: (
                f["type"] == "voice:offer" and f["data"]["negotiationId"] not in self.answered
            ),
            timeout_s,
        )
        return frame["data"]

    async def answer(self, offer, **how):
        self.answered.add(offer["negotiationId"])
        return await self.sitter.ask(
            "voice:answer",
            sessionId=self.sitter.session_id,
            negotiationId=offer["negotiationId"],
            sdp=answer_to(offer["sdp"], self.fingerprint, **how),
        )

    def close(self):
        for task in self.tasks:
            task.cancel()
        for peer in self.peers:
            peer.close()
        self.tasks, self.peers = [], []


@pytest.fixture
async def plain(people, come):
    """Makes people who sit in the room and speak SDP."""
    room, made = people[2], []

    async def make(person):
        made.append(Plain(await (await come(person)).sit(room)))
        return made[-1]

    yield make
    for one in made:
        one.close()


async def test_who_publishes_is_heard_by_who_subscribed(people, plain):
    alice, bob, _room = people
    a, b = await plain(alice), await plain(bob)
    first = await b.subscribe()
    assert first["tracks"] == [], "nobody speaks yet, and one is connected all the same"
    made = await a.speak()
    assert (made["negotiationId"], made["sessionId"]) == ("n1", a.sitter.session_id)
    (track,) = made["tracks"]
    assert (track["mid"], track["kind"], track["source"]) == ("0", "audio", "mic")
    offer = await b.offered()
    (heard,) = offer["tracks"]
    assert (heard["producerId"], heard["userId"]) == (track["producerId"], alice.id)
    await b.sitter.hears_nothing(0.3)  # what is not answered does not flow
    await b.answer(offer)
    await b.sitter.hears(30)
    (section,) = [it for it in read_description(offer["sdp"]).sections if it.mid == heard["mid"]]
    packet = b.ear.rtp[-1]
    assert packet[1] & 127 == section.codecs[0]["payloadType"]
    assert int.from_bytes(packet[8:12], "big") in section.sources.ssrcs


async def test_mutes_and_permissions_are_obeyed_as_ever(people, plain):
    alice, bob, _room = people
    a, b = await plain(alice), await plain(bob)
    (track,) = (await a.speak())["tracks"]
    (heard,) = (await b.subscribe())["tracks"]
    await b.sitter.hears()
    await a.sitter.ask("voice:set_state", sessionId=a.sitter.session_id, muted=True)
    await b.sitter.hears_nothing()
    await a.sitter.ask("voice:set_state", sessionId=a.sitter.session_id, muted=False)
    await b.sitter.hears()
    await b.sitter.ask("voice:set_state", sessionId=b.sitter.session_id, deafened=True)
    await b.sitter.hears_nothing()
    await b.sitter.ask("voice:set_state", sessionId=b.sitter.session_id, deafened=False)
    await b.sitter.ask("voice:pause", consumerId=heard["consumerId"])
    await b.sitter.hears_nothing()
    await b.sitter.ask("voice:resume", consumerId=heard["consumerId"])
    await b.sitter.hears()
    await a.sitter.ask("voice:pause", producerId=track["producerId"])
    await b.sitter.hears_nothing()


async def test_what_is_offered_no_longer_ends_and_listeners_are_told(people, plain):
    alice, bob, _room = people
    a, b = await plain(alice), await plain(bob)
    await a.speak()
    await b.subscribe()
    await b.sitter.hears()
    gone = await a.publish(audio_offer(a.fingerprint, direction="inactive"), "n2")
    assert gone["tracks"] == []
    offer = await b.offered()
    assert offer["tracks"] == []
    await b.answer(offer)
    again = await a.publish(negotiation="n3")
    assert len(again["tracks"]) == 1
    offer = await b.offered()
    assert len(offer["tracks"]) == 1
    await b.answer(offer)
    await b.sitter.hears()
    versions = [it["sdp"].split(" ", 3)[2] for it in (gone, again)]
    assert versions == ["2", "3"], "RFC 3264 §8"


async def test_who_sends_twice_says_what_is_what(people, plain):
    alice, _bob, _room = people
    a = await plain(alice)
    offer = audio_offer(a.fingerprint, mids=("a", "b"))
    made = await a.publish(offer, sources={"a": "screen"})
    assert [(it["mid"], it["source"]) for it in made["tracks"]] == [("a", "screen"), ("b", "mic")]
    code = await a.sitter.refused(
        "voice:publish",
        sessionId=a.sitter.session_id,
        negotiationId="n2",
        sdp=audio_offer(a.fingerprint, mids=("a", "b", "c")),
    )
    assert code == "CONFLICT"


async def test_another_connection_takes_the_place_of_the_first(people, plain):
    alice, bob, _room = people
    a, b = await plain(alice), await plain(bob)
    (first,) = (await a.speak())["tracks"]
    await b.subscribe()
    await b.sitter.hears()
    a.close()
    a.certificate = Certificate()
    a.fingerprint = fingerprint_of(a.certificate)
    (second,) = (await a.speak(negotiation="n2"))["tracks"]
    assert first["producerId"] != second["producerId"]
    while True:
        offer = await b.offered()
        await b.answer(offer)
        if [it["producerId"] for it in offer["tracks"]] == [second["producerId"]]:
            break
    await b.sitter.hears()


async def test_new_credentials_in_an_offer_are_an_ice_restart(people, plain):
    alice, _bob, _room = people
    a = await plain(alice)
    first = read_description((await a.speak())["sdp"]).ice_parameters
    same = await a.publish(negotiation="n2")
    assert read_description(same["sdp"]).ice_parameters == first
    again = await a.publish(audio_offer(a.fingerprint, ufrag="restarted"), "n3")
    assert read_description(again["sdp"]).ice_parameters != first
    assert len(again["tracks"]) == 1


async def test_one_offer_is_open_at_a_time(people, plain):
    alice, bob, _room = people
    a, b = await plain(alice), await plain(bob)
    seat = {"sessionId": b.sitter.session_id}
    offer = await b.sitter.ask("voice:subscribe", **seat)
    assert await b.sitter.refused("voice:subscribe", **seat) == "CONFLICT"
    other = {"negotiationId": "another", "sdp": answer_to(offer["sdp"], b.fingerprint)}
    assert await b.sitter.refused("voice:answer", **seat, **other) == "CONFLICT"
    await a.speak()  # what comes meanwhile waits for the answer
    await asyncio.sleep(0.5)
    assert not b.sitter.client.all("voice:offer")[1:]
    client = b.sitter.client
    repeated = await client.wait(lambda f: f["type"] == "voice:offer" and "id" not in f, 8)
    assert repeated["data"]["negotiationId"] == offer["negotiationId"], "it may not have arrived"
    await b.answer(offer)
    assert await b.sitter.refused("voice:answer", **seat, **other) == "CONFLICT"
    following = await b.offered()
    assert len(following["tracks"]) == 1
    restart = await b.answer(following)
    assert restart["id"].startswith(b.sitter.session_id.replace("-", ""))
    again = await b.sitter.ask("voice:subscribe", **seat, restartIce=True)
    before, after = (read_description(it["sdp"]).ice_parameters for it in (offer, again))
    assert before != after


async def test_a_second_offer_before_the_answer_is_a_conflict(people, plain):
    alice, _bob, _room = people
    a = await plain(alice)
    client = a.sitter.client
    for number in range(3):
        await client.send(
            "voice:publish",
            f"p{number}",
            sessionId=a.sitter.session_id,
            negotiationId=f"n{number}",
            sdp=audio_offer(a.fingerprint),
        )
    answers = [await client.wait(lambda f, n=n: f.get("id") == f"p{n}") for n in range(3)]
    assert answers[0]["type"] == "voice:answer"
    refused = [it["data"]["code"] for it in answers[1:] if it["type"] == "error"]
    assert refused, "at least the one right after"
    assert set(refused) == {"CONFLICT"}


GOOD = audio_offer()
BAD_OFFERS = {
    "nothing": "",
    "no sdp": "hello",
    "too long": GOOD + "a=" + "x" * 60_000,
    "no section": GOOD[: GOOD.index("m=")],
    "no mid": GOOD.replace("a=mid:0\r\n", ""),
    "no certificate": GOOD.replace("a=fingerprint", "a=nothing"),
    "no ice": GOOD.replace("a=ice-ufrag", "a=nothing"),
    "wrong role": GOOD.replace("actpass", "passive"),
    "no codec of ours": GOOD.replace("opus/48000/2", "speex/8000"),
    "mid twice": audio_offer(mids=("0", "0")),
    "a NUL": GOOD.replace("s=-", "s=\0"),
    "too many sections": audio_offer(mids=tuple(map(str, range(65)))),
    "ssrc out of range": GOOD.replace("ssrc:1111", "ssrc:99999999999"),
}


@pytest.mark.parametrize("name", BAD_OFFERS)
async def test_a_bad_offer_is_refused_with_a_reason_and_changes_nothing(name, people, plain):
    alice, _bob, room = people
    a = await plain(alice)
    seat = {"sessionId": a.sitter.session_id, "negotiationId": "n1"}
    answer = await a.sitter.client.ask("voice:publish", **seat, sdp=BAD_OFFERS[name])
    if name == "ssrc out of range":  # an attribute that cannot be read means nothing
        assert answer["type"] == "voice:answer"
        return
    assert answer["type"] == "error", name
    assert answer["data"]["code"] == "VALIDATION_ERROR"
    assert answer["data"]["details"][0]["field"] == "sdp", answer
    assert answer["data"]["message"]
    assert alice.get(f"/voice/channels/{room}/producers")["data"] == []
    assert (await a.publish())["tracks"], "a good one is taken then"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "hello",
        lambda text: text.replace("a=setup:active", "a=setup:passive"),
        lambda text: text.replace("a=mid:0", "a=mid:7"),
        lambda text: text.replace("a=fingerprint", "a=nothing"),
        lambda text: text + text[text.index("m=") :],
    ],
)
async def test_a_bad_answer_is_refused_and_the_offer_stays_open(spoil, people, plain):
    alice, bob, _room = people
    a, b = await plain(alice), await plain(bob)
    await a.speak()
    offer = await b.sitter.ask("voice:subscribe", sessionId=b.sitter.session_id)
    good = answer_to(offer["sdp"], b.fingerprint)
    code = await b.sitter.refused(
        "voice:answer",
        sessionId=b.sitter.session_id,
        negotiationId=offer["negotiationId"],
        sdp=spoil(good),
    )
    assert code == "VALIDATION_ERROR"
    await b.answer(offer)


async def test_who_may_not_show_pictures_cannot_by_sdp_either(people, plain):
    alice, bob, room = people
    deny = {"deny": ["video", "speak"]}
    assert alice.request("PUT", f"/rooms/{room}/overrides/{bob.id}", deny).status_code == 200
    b = await plain(bob)
    video = audio_offer(b.fingerprint).replace("m=audio", "m=video")
    code = await b.sitter.refused(
        "voice:publish",
        sessionId=b.sitter.session_id,
        negotiationId="n1",
        sdp=video.replace("opus/48000/2", "VP8/90000"),
    )
    assert code == "FORBIDDEN"
    a = await plain(alice)
    await b.speak()
    await a.subscribe()
    await a.sitter.hears_nothing(0.7)
