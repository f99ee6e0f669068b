"""A listener with numbers of their own (WHEP) beside one with the router's."""

import asyncio
import struct

from voice.sfu import ortc, rtcp
from voice.sfu.ortc import AUDIO_LEVEL
from voice.sfu.tests.conftest import Join
from voice.sfu.tests.peer import AUDIO_IDS, audio_parameters, make_rtp

PAYLOAD_TYPE, LEVEL_ID = 77, 9


def numbered(parameters):
    """Another payload type, the level under another id, and no time of sending."""
    (codec,) = [it for it in parameters["codecs"] if it["mimeType"] == "audio/opus"]
    level = [
        it | {"id": LEVEL_ID} for it in parameters["headerExtensions"] if it["uri"] == AUDIO_LEVEL
    ]
    return parameters | {
        "codecs": [codec | {"payloadType": PAYLOAD_TYPE}],
        "headerExtensions": level,
    }


async def test_each_listener_gets_their_own_numbers_also_again(join: Join) -> None:
    alice, bob, carol = await join("send"), await join("recv"), await join("recv")
    producer = alice.transport.produce("audio", audio_parameters(has_nack=True))
    caps = alice.transport.router.rtp_capabilities
    consumer = bob.transport.consume(producer.id, caps, numbered=numbered)
    carol.transport.consume(producer.id, caps)
    lost = []

    def loses_the_second(data: bytes) -> bool:
        if data[0] >= 128 and not 192 <= data[1] < 224:
            lost.append(data)
            return len(lost) != 2
        return True

    bob.filter = loses_the_second
    for sequence in range(1, 5):
        alice.send_rtp(make_rtp(sequence, extensions={AUDIO_IDS["level"]: bytes([20])}))
        await asyncio.sleep(0.02)
    await bob.until(lambda: len(bob.rtp) == 3)
    await carol.until(lambda: len(carol.rtp) == 4)
    assert {it[1] & 127 for it in carol.rtp} == {ortc.OPUS}
    assert {it[1] & 127 for it in bob.rtp} == {PAYLOAD_TYPE}
    for packet in bob.rtp:
        assert packet[16:20] == bytes(4), "what was not offered is padding"
        assert packet[20:22] == bytes([LEVEL_ID << 4, 20])
        assert packet[24:] == b"opus"
    first, third = (struct.unpack_from("!H", it, 2)[0] for it in bob.rtp[:2])
    assert third == first + 2
    bob.send_rtcp(rtcp.nack(1, consumer.ssrc, [first + 1]))
    await bob.until(lambda: len(bob.rtp) == 4)
    assert lost[-1] == lost[1], "the same number never says anything else"
    assert bob.rtp[-1][1] & 127 == PAYLOAD_TYPE
