"""Connecting, moving and ending, over real sockets."""

import asyncio
from typing import Any

import pytest

from voice.sfu import transport as transport_module
from voice.sfu.dtls_private import SRTP_NAMES
from voice.sfu.endpoint import Endpoint
from voice.sfu.ice_agent import MAX_ADDRESSES, STALE_S
from voice.sfu.ortc import OrtcError
from voice.sfu.parts import CannotConsume, IsClosed, NotFound, WrongDirection
from voice.sfu.router import Router
from voice.sfu.tests.conftest import Join
from voice.sfu.tests.peer import Peer, audio_parameters, make_rtp, video_parameters


async def until(is_so: Any) -> None:
    """Waits for something inside the server."""
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.01)


async def test_a_client_connects(join: Join) -> None:
    alice = await join("send")
    assert alice.state == "connected"
    assert alice.transport.is_connected
    assert alice.transport.stats()["address"] == alice.socket.getsockname()


@pytest.mark.parametrize("name", SRTP_NAMES)
async def test_media_flows_with_each_srtp_profile(router: Router, name: bytes) -> None:
    alice, bob = (Peer(router.create_transport(it), srtp_names=[name]) for it in ("send", "recv"))
    await asyncio.gather(alice.connect(), bob.connect())
    producer = alice.transport.produce("audio", audio_parameters())
    bob.transport.consume(producer.id, router.rtp_capabilities)
    alice.send_rtp(make_rtp(1))
    await bob.until(lambda: bool(bob.rtp))
    for peer in (alice, bob):
        peer.close()


async def test_without_a_common_srtp_profile_it_closes(router: Router) -> None:
    mallory = Peer(router.create_transport("send"), srtp_names=[b"SRTP_AEAD_AES_128_GCM"])
    await mallory.connect()
    await until(lambda: mallory.transport.is_closed)
    mallory.close()


async def test_clients_are_told_what_mediasoup_tells_them(router: Router) -> None:
    transport = router.create_transport("recv")
    (candidate,) = transport.ice_candidates
    assert transport.ice_parameters["iceLite"] is True
    assert (candidate["address"], candidate["protocol"], candidate["type"]) == (
        "127.0.0.1",
        "udp",
        "host",
    )
    assert transport.dtls_parameters["fingerprints"][-1]["algorithm"] == "sha-256"
    assert transport.dtls_parameters["role"] == "server"


async def test_the_announced_address_is_what_candidates_say() -> None:
    endpoint = Endpoint.listen("127.0.0.1", announced=["203.0.113.7"], announced_port=443)
    (candidate,) = endpoint.create_router().create_transport("send").ice_candidates
    assert (candidate["address"], candidate["port"]) == ("203.0.113.7", 443)
    endpoint.close()


async def test_ipv6_stands_beside_ipv4_on_the_same_port() -> None:
    endpoint = Endpoint.listen(["127.0.0.1", "::1"])
    if len(endpoint.announced) < 2:
        pytest.skip("no IPv6 here")
    peer = await Peer(endpoint.create_router().create_transport("send"), "::1").connect()
    assert peer.state == "connected"
    peer.close()
    endpoint.close()


async def test_a_wrong_fingerprint_closes(router: Router) -> None:
    reasons: list[str] = []
    transport = router.create_transport("send")
    transport.closed.add(reasons.append)
    mallory = await Peer(transport).connect(fingerprint=":".join(["AB"] * 32))
    await until(lambda: transport.is_closed)
    assert reasons == ["dtls failed"]
    assert not router.transports
    mallory.close()


@pytest.mark.parametrize(
    ("wrong", "value"), [("password", "not the password at all"), ("name", "nobody")]
)
async def test_a_binding_request_that_is_not_right_gets_silence(
    router: Router, wrong: str, value: str
) -> None:
    mallory = Peer(router.create_transport("send"))
    mallory.bind(**{wrong: value})
    await until(lambda: router.endpoint.refused == 1)
    await asyncio.sleep(0.05)
    assert not mallory.stun
    assert mallory.transport.destination is None
    mallory.close()


async def test_an_address_moves_only_with_a_binding_request(join: Join, router: Router) -> None:
    alice = await join("send")
    sound = alice.transport.produce("audio", audio_parameters())
    before = alice.transport.destination
    alice.move()
    alice.send_rtp(make_rtp(1))
    await asyncio.sleep(0.05)
    assert alice.transport.destination is before
    assert sound.streams[0].reception.packets == 0
    alice.bind()
    await until(lambda: alice.transport.destination is not before)
    alice.send_rtp(make_rtp(2))
    await until(lambda: sound.streams[0].reception.packets == 1)


async def test_without_nomination_media_moves_when_the_old_address_is_silent(join: Join) -> None:
    alice = await join("send")
    before, now_s = alice.transport.destination, alice.transport.now_s
    alice.transport.now_s = lambda: now_s() + STALE_S + 1
    alice.move()
    alice.bind(nominate=False)
    await until(lambda: alice.transport.destination is not before)


async def test_a_request_that_does_not_nominate_moves_nothing(join: Join) -> None:
    alice = await join("send")
    before = alice.transport.destination
    alice.move()
    alice.stun.clear()
    alice.bind(nominate=False)
    await alice.until(lambda: bool(alice.stun))
    assert alice.transport.destination is before


async def test_many_addresses_do_not_pile_up(join: Join) -> None:
    alice = await join("send")
    for count in range(2, MAX_ADDRESSES + 4):
        alice.move()
        alice.bind(nominate=False)
        await alice.until(lambda count=count: len(alice.stun) == count)
    assert len(alice.transport.endpoint._by_key) == MAX_ADDRESSES
    assert alice.transport.destination.key in alice.transport.endpoint._by_key


async def test_after_an_ice_restart_both_passwords_work_until_the_new_is_used(join: Join) -> None:
    alice = await join("send")
    old, new = alice.ice, alice.transport.restart_ice()
    for ice, answers in ((old, 2), (new, 3)):
        alice.ice = ice
        alice.bind()
        await alice.until(lambda answers=answers: len(alice.stun) == answers)
    alice.ice = old
    refused = alice.transport.endpoint.refused
    alice.bind()
    await until(lambda: alice.transport.endpoint.refused == refused + 1)
    assert alice.transport.is_connected


async def test_who_falls_silent_is_closed(join: Join, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = await join("send")
    sound = alice.transport.produce("audio", audio_parameters())
    alice.close(silently=True)
    now_s = alice.transport.now_s()
    assert alice.transport.check_alive(now_s + transport_module.SILENCE_TIMEOUT_S - 1)
    assert not alice.transport.check_alive(now_s + transport_module.SILENCE_TIMEOUT_S + 1)
    assert sound.is_closed
    alice.close = lambda: None  # type: ignore[method-assign]  # gone already


async def test_who_never_comes_is_closed(router: Router) -> None:
    transport = router.create_transport("send")
    transport.connect(Peer(transport).certificate.parameters() | {"role": "client"})
    now_s = transport.now_s()
    assert transport.check_alive(now_s + 14)
    assert not transport.check_alive(now_s + 16)


async def test_a_transport_that_was_never_asked_to_connect_waits(router: Router) -> None:
    transport = router.create_transport("recv")
    assert transport.check_alive(transport.now_s() + 3600)


async def test_the_peers_goodbye_closes(join: Join) -> None:
    alice = await join("send")
    alice.close()
    await until(lambda: alice.transport.is_closed)
    alice.close = lambda: None  # type: ignore[method-assign]


async def test_closing_tells_once_and_closes_all_below(join: Join, router: Router) -> None:
    alice, bob = await join("send"), await join("recv")
    producer = alice.transport.produce("audio", audio_parameters())
    consumer = bob.transport.consume(producer.id, router.rtp_capabilities)
    told: list[str] = []
    for part in (alice.transport, producer, consumer):
        part.closed.add(lambda reason, part=part: told.append(type(part).__name__))
    alice.transport.close()
    alice.transport.close()
    producer.close()
    assert told == ["Consumer", "Producer", "Transport"]
    assert not router.producers
    assert not bob.transport.consumers
    assert not bob.transport.is_closed
    await bob.until(lambda: not bob.transport.is_closed)
    with pytest.raises(IsClosed):
        alice.transport.produce("audio", audio_parameters())


async def test_closing_a_router_ends_its_clients(join: Join, router: Router) -> None:
    alice = await join("send")
    router.close()
    await alice.until(lambda: alice.state == "closed")  # it was told by DTLS
    assert not router.endpoint.routers


async def test_what_cannot_be_is_refused(join: Join, router: Router) -> None:
    alice, bob = await join("send"), await join("recv")
    caps = router.rtp_capabilities
    producer = alice.transport.produce("audio", audio_parameters())
    with pytest.raises(OrtcError, match="in use"):
        alice.transport.produce("audio", audio_parameters(mid="7"))
    with pytest.raises(OrtcError, match="mid"):
        alice.transport.produce("video", video_parameters(mid="0"))
    with pytest.raises(WrongDirection):
        bob.transport.produce("audio", audio_parameters())
    with pytest.raises(WrongDirection):
        alice.transport.consume(producer.id, caps)
    with pytest.raises(NotFound):
        bob.transport.consume("nothing", caps)
    with pytest.raises(NotFound):  # another room's
        other = router.endpoint.create_router().create_transport("recv")
        other.consume(producer.id, caps)
    with pytest.raises(CannotConsume):
        bob.transport.consume(producer.id, {"codecs": [], "headerExtensions": []})
    with pytest.raises(OrtcError):
        router.create_transport("send").connect({"role": "client", "fingerprints": []})
    with pytest.raises(IsClosed):
        alice.transport.connect(alice.certificate.parameters() | {"role": "client"})
