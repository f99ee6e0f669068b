"""A hundred thousand byte strings: nothing dies, and nothing is answered that has not been signed.

Three kinds of senders: strangers; somebody at a client's own address who does not have the keys;
and a client that encrypts rubbish properly, which is the only one whose bytes get far.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest
from aioice import stun

from voice.sfu import rtcp, transport
from voice.sfu.router import Router
from voice.sfu.tests.conftest import Join
from voice.sfu.tests.peer import Peer, audio_parameters, key_frame, make_rtp, video_parameters

pytestmark = [pytest.mark.slow, pytest.mark.once]
BATCH = 100
STRANGERS, SAME_ADDRESS, WITH_KEYS = 40_000, 30_000, 30_000
HANDSHAKES = 100
FIRST_BYTES = (0, 1, 2, 3, 20, 22, 23, 63, 64, 79, 127, 128, 144, 176, 191, 192, 255)


class Chance:
    """Strings that look right at first sight; from a seed, so that a failure can be repeated."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def bytes(self) -> bytes:
        """Any length, with a first byte that some protocol has."""
        data = self._random.randbytes(self._random.choice((0, 1, 11, 12, 20, 28, 60, 200, 1400)))
        return bytes([self._random.choice(FIRST_BYTES)]) + data

    def changed(self, data: bytes) -> bytes:
        """A real one with a few bytes different, cut off or prolonged."""
        changed = bytearray(data)
        for _ in range(self._random.randint(1, 6)):
            changed[self._random.randrange(len(changed))] = self._random.randrange(256)
        if self._random.random() < 0.3:
            del changed[self._random.randrange(1, len(changed)) :]
        elif self._random.random() < 0.2:
            changed += self._random.randbytes(30)
        return bytes(changed)

    def toss(self, share: float) -> bool:
        """True in this share of cases."""
        return self._random.random() < share

    def one_of(self, *makers: Callable[[], bytes]) -> bytes:
        return self._random.choice(makers)()


def wrong_request(username: str) -> bytes:
    """A binding request for a real name, signed with another password."""
    made = stun.Message(
        stun.Method.BINDING,
        stun.Class.REQUEST,
        attributes={"USERNAME": f"{username}:x", "USE-CANDIDATE": None},
    )
    made.add_message_integrity(b"another password")
    return bytes(made)


def unsigned_request(username: str) -> bytes:
    """One without MESSAGE-INTEGRITY."""
    made = stun.Message(
        stun.Method.BINDING, stun.Class.REQUEST, attributes={"USERNAME": f"{username}:x"}
    )
    made.add_fingerprint()
    return bytes(made)


async def pour(count: int, send: Callable[[], None]) -> None:
    """In batches, so that the kernel's queue holds them all."""
    for _ in range(count // BATCH):
        for _ in range(BATCH):
            send()
        await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it is to be read, and on a busy machine nobody is given up meanwhile."""
    for name in ("MAX_RTCP_PER_REPORT", "SILENCE_TIMEOUT_S", "CONNECT_TIMEOUT_S"):
        monkeypatch.setattr(transport, name, 1_000_000)


@pytest.fixture
async def trouble() -> list[Any]:
    """What the event loop has complained of."""
    found: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, it: found.append(it))
    return found


async def test_rubbish_is_counted_and_dropped(
    join: Join, router: Router, trouble: list[Any]
) -> None:
    chance = Chance(3)
    alice, bob, mallory = await join("send"), await join("recv"), await join("send")
    target = router.create_transport("send")  # it expects somebody
    target.connect(alice.certificate.parameters() | {"role": "client"})
    stranger = Peer(target)
    sound = alice.transport.produce("audio", audio_parameters(has_nack=True))
    bob.transport.consume(sound.id, router.rtp_capabilities)
    mallory.transport.produce("video", video_parameters(ssrc=3, rtx_ssrc=4, mid="m"))
    mallory.transport.produce("audio", audio_parameters(ssrc=5, mid="n", has_nack=True))

    strange = _strangers_bytes(chance, target.ice_parameters["usernameFragment"])
    await pour(STRANGERS, lambda: stranger._send(chance.one_of(*strange)))
    known = _bytes_without_keys(chance, alice)
    await pour(SAME_ADDRESS, lambda: alice._send(chance.one_of(*known)))
    await pour(WITH_KEYS, lambda: _encrypted_rubbish(chance, mallory))
    await asyncio.sleep(0.3)

    assert not trouble, trouble[:3]
    assert router.endpoint.failed == 0
    assert mallory.transport.packets + mallory.transport.control.unreadable > WITH_KEYS / 3
    assert not stranger.stun, "a request was answered that was not signed"
    assert target.destination is None
    assert router.endpoint.dropped + router.endpoint.refused > STRANGERS * 0.9
    assert not any(it.is_closed for it in (alice.transport, bob.transport, target))
    bob.rtp.clear()
    alice.send_rtp(make_rtp(2))
    await bob.until(lambda: bool(bob.rtp))
    stranger.close()


async def test_a_handshake_of_rubbish_harms_only_itself(
    join: Join, router: Router, trouble: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    chance, records = Chance(5), []
    alice = Peer(router.create_transport("send"))
    send, alice._dtls._pipe._out = alice._send, lambda data: (records.append(data), send(data))
    await alice.connect()
    assert len(records) >= 2
    for _ in range(HANDSHAKES):
        mallory = Peer(router.create_transport("send"))
        mallory.bind()
        mallory.transport.connect(mallory.certificate.parameters() | {"role": "client"})
        await mallory.until(lambda mallory=mallory: bool(mallory.stun))
        for _ in range(10):
            for record in records:  # a handshake that is right but for some bytes
                mallory._send(chance.changed(record) if chance.toss(0.5) else record)
            mallory._send(b"\x16\xfe\xfd" + chance.bytes())
        await asyncio.sleep(0)
        mallory.close(silently=True)
    await asyncio.sleep(0.2)
    assert not trouble, trouble[:3]
    assert "Traceback" not in caplog.text
    assert router.endpoint.failed == 0
    assert (await join("recv")).state == "connected"
    assert alice.transport.is_connected
    alice.close()


def _strangers_bytes(chance: Chance, name: str) -> list[Callable[[], bytes]]:
    real = [wrong_request(name), unsigned_request(name), make_rtp(1), key_frame()]
    return [chance.bytes, lambda: chance.changed(chance.one_of(*_each(real)))]


def _bytes_without_keys(chance: Chance, peer: Peer) -> list[Callable[[], bytes]]:
    encrypted = [peer.send_rtp(make_rtp(1)), peer.send_rtcp(rtcp.picture_loss(1, 1111))]
    return [_no_dtls(chance), *(lambda it=it: chance.changed(it) for it in encrypted)]


def _each(data: list[bytes]) -> list[Callable[[], bytes]]:
    return [lambda it=it: it for it in data]


def _no_dtls(chance: Chance) -> Callable[[], bytes]:
    """From a client's own address an alert in clear text may end DTLS, as the network may."""

    def make() -> bytes:
        data = chance.bytes()
        return b"\x80" + data[1:] if 19 < data[0] < 64 else data

    return make


def _encrypted_rubbish(chance: Chance, peer: Peer) -> None:
    """What somebody with keys can say: any header extensions, any RTCP, any numbers."""
    what = chance._random
    ssrc = what.choice((3, 4, 5, 6, what.getrandbits(32)))
    if what.random() < 0.6:
        data = bytearray(
            make_rtp(
                what.choice((_next(peer), _next(peer), what.getrandbits(16))),
                ssrc=ssrc,
                payload_type=what.choice((100, 120, 121, what.randrange(128))),
                payload=what.randbytes(what.choice((0, 1, 3, 40, 1200))),
                extensions={what.randrange(1, 15): what.randbytes(what.randrange(1, 17))},
            )
        )
        if what.random() < 0.3:
            data[what.choice((0, 12, 13, 16))] ^= 1 << what.randrange(6)
        _try(peer.send_rtp, bytes(data))
    else:
        kind, count = what.randrange(192, 224), what.randrange(32)
        body = ssrc.to_bytes(4, "big") + what.randbytes(4 * what.choice((0, 1, 2, 6, 13, 60)))
        words = what.choice((len(body) // 4, len(body) // 4, what.getrandbits(16)))
        _try(peer.send_rtcp, bytes([0x80 | count, kind]) + words.to_bytes(2, "big") + body)


def _next(peer: Peer) -> int:
    peer.number = getattr(peer, "number", 0) + 1  # type: ignore[attr-defined]
    return peer.number


def _try(send: Callable[[bytes], bytes], data: bytes) -> None:
    """libsrtp itself refuses to encrypt some of it."""
    try:
        send(data)
    except AssertionError:
        pass
