"""What a producer may send: told by SDP and REMB, and cut where it is far beyond."""

import asyncio

import pytest

from voice.sfu import ortc, rtcp, sdp
from voice.sfu.ortc_router import with_audio_bitrate
from voice.sfu.producer import FAR_BEYOND
from voice.sfu.stream import ExtensionIds, Stream, Surroundings
from voice.sfu.stream_kinds import AudioStream
from voice.sfu.tests.conftest import Join
from voice.sfu.tests.descriptions import END, recorded
from voice.sfu.tests.peer import audio_parameters, make_rtp
from voice.sfu.transport_cc import Arrivals

BPS = 64_000


async def flood(join: Join, bps: int, for_s: float = 1.5):
    """alice sends so much; how many packets she sent, how many bob got, and her producer."""
    alice, bob = await join("send"), await join("recv")
    producer = alice.transport.produce("audio", audio_parameters())
    producer.set_max_bitrate(BPS)
    bob.transport.consume(producer.id, alice.transport.router.rtp_capabilities)
    payload, sent = bytes(1000), 0
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    while loop.time() - began_s < for_s:
        while sent * 8000 < bps * (loop.time() - began_s):
            sent += 1
            alice.send_rtp(make_rtp(sent, payload=payload))
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)
    return sent, len(bob.rtp), producer


async def test_a_flood_is_cut_to_what_is_far_beyond_and_counted(join: Join) -> None:
    sent, heard, producer = await flood(join, 20 * BPS)
    (stream,) = producer.streams
    allowed = BPS * FAR_BEYOND / 8 * 3 / 1000  # 1.5 s, a second at once, and half a second of slack
    assert sent > 2 * allowed
    assert heard < allowed
    assert stream.excess >= sent - heard - 5
    figures = producer.transport.stats()["producers"][producer.id]
    assert figures["excess"] == stream.excess


async def test_who_is_a_little_beyond_is_heard_whole(join: Join) -> None:
    sent, heard, producer = await flood(join, 2 * BPS)
    assert heard == sent
    assert producer.streams[0].excess == 0


def a_stream() -> Stream:
    nothing = ExtensionIds()
    return AudioStream(
        Surroundings(48000, [-1] * 128, nothing, nothing, Arrivals(), lambda to, it: None)
    )


def test_tokens_are_what_may_come_and_no_more_than_the_burst() -> None:
    stream = a_stream()
    stream.allow(1000, 5000)
    assert stream._allowed == 5000, "the first time all of it"
    stream.reception.octets = 3000
    stream.allow(1000, 5000)
    assert stream._allowed - 3000 == 3000
    stream.reception.octets = 20_000  # a flood, most of which was dropped
    stream.allow(1000, 5000)
    assert stream._allowed - 20_000 == 1000, "what was dropped is not owed"


async def test_the_bound_is_told_by_remb(join: Join) -> None:
    alice = await join("send")
    alice.transport.produce("audio", audio_parameters())
    alice.transport.set_max_incoming_bitrate(BPS)

    def told() -> list[int]:
        packets = [it for data in alice.rtcp for it in rtcp.read(data)]
        feedback = [it for it in packets if isinstance(it, rtcp.RtcpPsfbPacket)]
        return [it for it in map(rtcp.estimated_bitrate_bps, feedback) if it]

    for sequence in range(1, 100):
        alice.send_rtp(make_rtp(sequence))
        await asyncio.sleep(0.02)
        if told():
            break
    assert told()[0] == pytest.approx(BPS, rel=0.01)


def test_sound_is_asked_for_at_the_rooms_bit_rate() -> None:
    caps = ortc.router_capabilities()
    told = with_audio_bitrate(caps, 96_000)
    assert told["codecs"][0]["parameters"]["maxaveragebitrate"] == 96_000
    assert "maxaveragebitrate" not in caps["codecs"][0]["parameters"]
    assert with_audio_bitrate(caps, None) == caps
    offer = sdp.parse_offer(recorded("chromium_camera"))
    answer = sdp.answer(offer, *END, sdp.sent(offer), max_audio_bps=96_000)
    assert answer.count("maxaveragebitrate=96000") == 1
    assert "maxaveragebitrate" not in sdp.answer(offer, *END, sdp.sent(offer))
