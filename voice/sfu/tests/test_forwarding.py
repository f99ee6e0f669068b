"""From a producer's packet to a listener's, over real sockets and real encryption."""

import asyncio
import struct
from itertools import pairwise
from typing import Any

import pytest

from voice.sfu import consumer as consumer_module
from voice.sfu import rtcp, rtp
from voice.sfu.consumer import Consumer
from voice.sfu.ortc import ABS_SEND_TIME, AUDIO_LEVEL
from voice.sfu.producer import Producer
from voice.sfu.router import Router
from voice.sfu.tests.conftest import Join
from voice.sfu.tests.peer import (
    Peer,
    audio_parameters,
    delta_frame,
    key_frame,
    make_rtp,
    video_parameters,
)
from voice.sfu.transport import MAX_RTCP_PER_REPORT


class Pair:
    """alice produces, bob listens."""

    def __init__(self, alice: Peer, bob: Peer, kind: str, **options: Any) -> None:
        self.alice, self.bob = alice, bob
        make = {"audio": audio_parameters, "video": video_parameters}[kind]
        self.producer: Producer = alice.transport.produce(kind, make(**options))
        caps = alice.transport.router.rtp_capabilities
        self.consumer: Consumer = bob.transport.consume(self.producer.id, caps)

    def say(self, sequence: int, **options: Any) -> None:
        """A packet of alice's."""
        if self.producer.kind == "video":
            options = {"ssrc": 2222, "payload_type": 120, "payload": delta_frame()} | options
        self.alice.send_rtp(make_rtp(sequence, **options))

    async def heard(self, count: int) -> list[tuple[int, int]]:
        """Sequence numbers and timestamps that bob has got, once they are so many."""
        await self.bob.until(lambda: len(self.bob.rtp) >= count)
        return [struct.unpack_from("!HI", it, 2) for it in self.bob.rtp]

    async def settled(self) -> None:
        """Everything sent so far has arrived."""
        await asyncio.sleep(0.05)


@pytest.fixture
async def sound(join: Join) -> Pair:
    return Pair(await join("send"), await join("recv"), "audio")


@pytest.fixture
async def picture(join: Join) -> Pair:
    pair = Pair(await join("send"), await join("recv"), "video")
    pair.say(0, payload=key_frame())
    await pair.heard(1)
    return pair


def follows(numbers: list[int]) -> bool:
    """Each is one more than the one before."""
    return all((b - a) & 0xFFFF == 1 for a, b in pairwise(numbers))


async def test_a_packet_is_rewritten_into_the_listeners_numbers(sound: Pair) -> None:
    sound.say(5, timestamp=960, marker=True, extensions={1: b"0", 2: b"\x9e", 4: b"\0\1"})
    await sound.heard(1)
    (data,) = sound.bob.rtp
    packet, places = rtp.Packet(), [0] * 16
    assert rtp.read_header(packet, memoryview(data), len(data), places)
    assert packet.ssrc == sound.consumer.rtp_parameters["encodings"][0]["ssrc"]
    assert packet.payload_type == sound.consumer.rtp_parameters["codecs"][0]["payloadType"]
    assert (packet.timestamp, packet.marker) == (960, 128)
    ids = {it["uri"]: it["id"] for it in sound.consumer.rtp_parameters["headerExtensions"]}
    assert data[places[ids[AUDIO_LEVEL]]] & 127 == 0x1E
    assert places[ids[ABS_SEND_TIME]]
    assert data[packet.payload_start : packet.length] == b"opus"


async def test_a_number_wraps_around(sound: Pair) -> None:
    for sequence in range(65530, 65545):
        sound.say(sequence)
    assert follows([it[0] for it in await sound.heard(15)])


async def test_unknown_payload_types_and_ssrcs_go_nowhere(sound: Pair) -> None:
    sound.say(1, payload_type=99)
    sound.say(2, ssrc=4711)
    sound.say(3)
    await sound.heard(1)
    assert len(sound.bob.rtp) == 1
    assert sound.producer.streams[0].discarded == 1
    assert sound.alice.transport.dropped == 1


async def test_disorder_stays_as_it_was_and_copies_vanish(sound: Pair) -> None:
    for sequence in (10, 12, 11, 13):
        sound.say(sequence)
    numbers = [it[0] for it in await sound.heard(4)]
    assert [(it - numbers[0]) & 0xFFFF for it in numbers] == [0, 2, 1, 3]
    data = sound.alice.send_rtp(make_rtp(14))
    sound.alice._send(data)  # the network's copy: libsrtp knows it
    await sound.settled()
    assert len(sound.bob.rtp) == 5


async def test_pauses_leave_no_hole(sound: Pair) -> None:
    sequence = 100
    for part in (sound.consumer, sound.producer):
        for is_heard in (True, False, True):
            (part.resume if is_heard else part.pause)()
            for _ in range(3):
                sequence += 1
                sound.say(sequence)
            await sound.settled()
    heard = await sound.heard(12)
    assert follows([it[0] for it in heard])
    assert len(heard) == 12
    # The timestamps are the sender's: the listener knows how long the pause was.
    assert [it[1] // 960 - 100 for it in heard] == [1, 2, 3, 7, 8, 9, 10, 11, 12, 16, 17, 18]


async def test_a_sender_that_jumps_leaves_no_hole(sound: Pair) -> None:
    for sequence in (1000, 1001, 20000, 20001, 50000, 50001):
        sound.say(sequence)
    assert follows([it[0] for it in await sound.heard(6)])


async def test_a_late_packet_of_before_a_pause_is_not_sent_after_it(sound: Pair) -> None:
    for sequence in (1, 3):
        sound.say(sequence)
    await sound.heard(2)
    sound.consumer.pause()
    sound.consumer.resume()
    for sequence in (4, 2, 5):
        sound.say(sequence)
    await sound.settled()
    assert [it[1] // 960 for it in await sound.heard(4)] == [1, 3, 4, 5]


async def test_a_picture_begins_with_a_key_frame_which_is_asked_for(join: Join) -> None:
    pair = Pair(await join("send"), await join("recv"), "video")
    await pair.alice.until(lambda: any(it[1] == 206 for it in pair.alice.rtcp))
    for sequence in range(3):
        pair.say(sequence)
    pair.say(3, payload=key_frame())
    pair.say(4)
    await pair.heard(2)
    assert [it[1] // 960 for it in await pair.heard(2)] == [3, 4]


async def test_key_frames_are_asked_for_at_most_twice_a_second(picture: Pair) -> None:
    def asked() -> int:
        return sum(it[1] == 206 for it in picture.alice.rtcp)

    before = asked()
    for _ in range(20):
        picture.bob.send_rtcp(rtcp.picture_loss(1, picture.consumer.ssrc))
        picture.bob.send_rtcp(rtcp.full_intra(1, picture.consumer.ssrc, 1))
        await asyncio.sleep(0.02)
    await picture.alice.until(lambda: asked() > before)
    assert asked() - before <= 2


async def test_a_listener_gets_again_what_it_missed_by_rtx(picture: Pair) -> None:
    for sequence in range(1, 10):
        picture.say(sequence)
    heard = await picture.heard(10)
    lost, original = heard[4][0], picture.bob.rtp[4]
    picture.bob.send_rtcp(rtcp.nack(1, picture.consumer.ssrc, [lost]))
    await picture.heard(11)
    again = picture.bob.rtp[10]
    _, payload_type, _, timestamp, ssrc = rtp.read_fixed(again)
    assert ssrc == picture.consumer.rtx_ssrc
    assert payload_type & 127 == picture.consumer.rtp_parameters["codecs"][1]["payloadType"]
    assert timestamp == heard[4][1]
    assert again[20:22] == lost.to_bytes(2, "big")
    assert again[22:] == original[20:]


async def test_without_rtx_it_is_the_very_same_packet_again(join: Join) -> None:
    alice, bob = await join("send"), await join("recv")
    pair, seen = Pair(alice, bob, "audio", has_nack=True), []
    # The nonce is the same, so every encrypted byte has to be (RFC 7714 §8).
    bob.filter = lambda data: seen.append(data) or True
    for sequence in range(5):
        pair.say(sequence)
    heard = await pair.heard(5)
    bob.send_rtcp(rtcp.nack(1, pair.consumer.ssrc, [heard[2][0]]))
    await bob.until(lambda: pair.consumer.resent == 1)
    await pair.settled()
    packets = [it for it in seen if it[0] >> 6 == 2 and not 192 <= it[1] < 224]
    assert packets[5] == packets[2]


async def test_retransmission_knows_numbers_from_before_a_pause(picture: Pair) -> None:
    for sequence in range(1, 5):
        picture.say(sequence)
    heard = await picture.heard(5)
    picture.consumer.pause()
    picture.consumer.resume()
    for sequence in range(5, 8):
        picture.say(sequence, payload=key_frame())
    await picture.heard(8)
    picture.bob.send_rtcp(rtcp.nack(1, picture.consumer.ssrc, [heard[3][0]]))
    await picture.heard(9)
    assert picture.bob.rtp[8][22:] == picture.bob.rtp[3][20:]


async def test_what_the_sender_lost_is_asked_for_and_taken_from_rtx(picture: Pair) -> None:
    for sequence in (1, 2, 5):
        picture.say(sequence)
    await picture.alice.until(lambda: any(it[:2] == b"\x81\xcd" for it in picture.alice.rtcp))
    asked = next(it for it in picture.alice.rtcp if it[:2] == b"\x81\xcd")
    assert rtcp.read(asked)[0].lost == [3, 4]
    for sequence in (3, 4):
        payload = sequence.to_bytes(2, "big") + delta_frame()
        picture.alice.send_rtp(
            make_rtp(sequence + 50, ssrc=2223, payload_type=121, payload=payload, timestamp=1)
        )
    numbers = sorted(it[0] for it in await picture.heard(6))
    assert follows(numbers)
    assert picture.producer.streams[0].recovered == 2


async def test_asking_again_and_again_is_bounded(
    picture: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "RESEND_ALLOWANCE", 5)
    monkeypatch.setattr(consumer_module, "RESEND_PAUSE_S", 0.0)
    lost = (await picture.heard(1))[0][0]
    for _ in range(50):
        picture.bob.send_rtcp(rtcp.nack(1, picture.consumer.ssrc, [lost]))
    await picture.settled()
    assert picture.consumer.resent == picture.consumer.packets + 6


async def test_a_flood_of_rtcp_is_dropped(picture: Pair) -> None:
    transport = picture.bob.transport
    for _ in range(2 * MAX_RTCP_PER_REPORT):
        picture.bob.send_rtcp(rtcp.remb(1, 750_000, [1]))
    await picture.bob.until(lambda: transport.dropped > 0)
    transport.report(transport.now_s())
    await picture.settled()
    picture.bob.send_rtcp(rtcp.remb(1, 250_000, [1]))
    await picture.bob.until(lambda: (transport.control.available_bps or 0) < 300_000)


async def test_probes_on_the_rtx_stream_go_nowhere(picture: Pair) -> None:
    for payload in (b"", b"\x00", b"\x00\x00" + delta_frame()):
        picture.alice.send_rtp(make_rtp(9, ssrc=2223, payload_type=121, payload=payload))
    picture.say(1)
    await picture.settled()
    assert len(picture.bob.rtp) == 2


async def test_simulcast_is_found_by_rid_and_layers_change_at_key_frames(join: Join) -> None:
    pair = Pair(await join("send"), await join("recv"), "video", rids=("low", "high"))

    def say(rid: bytes, sequence: int, payload: bytes, timestamp: int) -> None:
        pair.say(
            sequence,
            ssrc={b"low": 70, b"high": 80}[rid],
            payload=payload,
            timestamp=timestamp,
            extensions={1: b"1", 5: rid},
        )

    for place in range(3):
        say(b"low", 100 + place, key_frame() if place == 0 else delta_frame(), 5000 + place * 3000)
        say(b"high", 900 + place, key_frame() if place == 0 else delta_frame(), 77 + place * 3000)
    await pair.heard(3)
    pair.consumer.set_layer(1)
    say(b"low", 103, delta_frame(), 14000)
    say(b"high", 903, delta_frame(), 9077)
    say(b"high", 904, key_frame(), 12077)
    say(b"low", 104, delta_frame(), 17000)
    say(b"high", 905, delta_frame(), 15077)
    heard = await pair.heard(6)
    await pair.settled()
    assert len(pair.bob.rtp) == 6
    assert follows([it[0] for it in heard])
    stamps = [it[1] for it in heard]
    assert stamps[:4] == [5000, 8000, 11000, 14000]
    assert 14000 < stamps[4] < 14000 + 90000
    assert stamps[5] - stamps[4] == 3000


async def test_only_the_loudest_are_forwarded_without_a_hole(join: Join, router: Router) -> None:
    router.speakers.max_heard = 1
    bob = await join("recv")
    pairs = [Pair(await join("send"), bob, "audio", mid=str(n)) for n in range(2)]

    def say(sequence: int, *dbov: int) -> None:
        for pair, level in zip(pairs, dbov, strict=True):
            pair.say(sequence, extensions={2: bytes([128 | level])})

    def of(pair: Pair) -> list[int]:
        found = [struct.unpack_from("!HII", it, 2) for it in bob.rtp]
        return [number for number, _, ssrc in found if ssrc == pair.consumer.ssrc]

    def heard() -> list[bool]:
        return [it.producer.streams[0].is_heard for it in pairs]

    for sequence in range(10):
        say(sequence, 20, 90)
    await bob.until(lambda: heard() == [True, False])  # the speakers' clock has ticked
    quiet = len(of(pairs[1]))
    for sequence in range(10, 20):
        say(sequence, 60, 90)
    await asyncio.sleep(0.5)
    assert len(of(pairs[1])) == quiet
    for sequence in range(20, 30):
        say(sequence, 90, 10)  # heard with this very packet
    await pairs[0].settled()
    assert len(of(pairs[1])) == quiet + 10
    assert follows(of(pairs[0]))
    assert follows(of(pairs[1]))


async def test_reports_say_how_well_it_goes_both_ways(sound: Pair) -> None:
    sender_info = rtcp.RtcpSrPacket(1111, rtcp.RtcpSenderInfo(rtcp.ntp_now(), 5000, 9, 900))
    sound.alice.send_rtcp(bytes(sender_info))
    for sequence in (1, 2, 3, 5):
        sound.say(sequence)
    await sound.bob.until(lambda: any(it[1] == 201 and len(it) > 8 for it in sound.bob.rtcp))
    (report,) = _all(sound.bob, rtcp.RtcpSrPacket)[:1]
    assert report.ssrc == sound.consumer.ssrc
    assert report.sender_info.packet_count == 4
    assert report.sender_info.ntp_timestamp > sender_info.sender_info.ntp_timestamp
    back = rtcp.report(sound.consumer.ssrc, 64, 3, 70000, 480, 0, 0)
    back.lsr = rtcp.compact_ntp(report.sender_info.ntp_timestamp)
    sound.bob.send_rtcp(rtcp.receiver_reports(1, [back]))
    await sound.bob.until(lambda: sound.consumer.stats.round_trip_s is not None)
    figures = sound.bob.transport.stats()["consumers"][sound.consumer.id]
    assert (figures["packet_loss"], figures["jitter_s"]) == (0.25, 0.01)
    assert 0 <= figures["round_trip_ms"] < 5000
    await sound.alice.until(lambda: bool(_all(sound.alice, rtcp.RtcpRrPacket)))
    (about_alice,) = _all(sound.alice, rtcp.RtcpRrPacket)[0].reports
    assert (about_alice.ssrc, about_alice.packets_lost) == (1111, 1)


def _all(peer: Peer, kind: type) -> list[Any]:
    return [part for it in peer.rtcp for part in rtcp.read(it) if isinstance(part, kind)]


async def test_arrivals_are_told_so_that_the_sender_can_estimate(sound: Pair) -> None:
    for sequence in range(3):
        sound.say(sequence, extensions={4: sequence.to_bytes(2, "big")})
    await sound.alice.until(lambda: any(it[:2] == b"\x8f\xcd" for it in sound.alice.rtcp))
    assert sound.alice.rtcp[0][8:12] == (1111).to_bytes(4, "big")


async def test_a_receivers_estimate_is_kept(picture: Pair) -> None:
    picture.bob.send_rtcp(rtcp.remb(1, 750_000, [picture.consumer.ssrc]))
    await picture.bob.until(lambda: picture.bob.transport.control.available_bps is not None)
    assert picture.bob.transport.control.available_bps == pytest.approx(750_000, rel=0.01)
