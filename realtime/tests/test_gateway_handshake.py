"""Before the first frame: hosts, tokens, the bytes of RFC 6455 and connections that just hang."""

import asyncio
import base64
import json
import struct
import time

import jwt
import pytest
from websockets.exceptions import InvalidStatus

from realtime.tests.gateway_kit import (
    ACCESS_SECRET,
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    Wire,
    close_code,
    frame_of,
    only_uvicorn,
    until,
    upgrade,
)


# --- who is asked for ------------------------------------------------------------------------------
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "localhost:9", "[::1]", "[::1]:80"])
async def test_a_host_of_ours_is_let_in(house, host):
    wire = await Wire.connect(house.url)
    assert await wire.answer_to(upgrade(host)) == 101
    wire.close()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "",
        "[",
        "[::1",
        "]",
        "a b",
        "127.0.0.1.nip.io",
        "@",
    ],
)
async def test_another_host_is_refused(house, host):
    wire = await Wire.connect(house.url)
    assert await wire.answer_to(upgrade(host)) == 403
    wire.close()


@pytest.mark.parametrize("path", ["/wsx", "/ws/x", "/", "/api/v1/ws", "/%2e%2e/ws"])
async def test_another_path_is_refused(house, path):
    wire = await Wire.connect(house.url)
    assert await wire.answer_to(upgrade(path=path)) == 403
    wire.close()


async def test_the_path_may_end_in_a_slash(house):
    wire = await Wire.connect(house.url)
    assert await wire.answer_to(upgrade(path="/ws/")) == 101
    wire.close()


async def test_what_is_no_upgrade_is_answered_by_http(house):
    wire = await Wire.connect(house.url)
    assert await wire.answer_to(b"GET /ws HTTP/1.1\r\nHost: localhost\r\n\r\n") in (404, 426)
    wire.close()


@pytest.mark.parametrize("header", ["Sec-WebSocket-Protocol: bearer, ", "X-Long: "])
async def test_headers_of_100_kb_are_refused_and_not_left_hanging(house, header):
    wire = await Wire.connect(house.url)
    status = await wire.answer_to(upgrade(extra=f"{header}{'x' * 100_000}\r\n"))
    # daphne hangs up without a word
    assert status in ((400, 431) if house.kind == "uvicorn" else (0,))
    await asyncio.wait_for(wire.reader.read(), 5)  # and the connection has ended
    wire.close()


async def test_compression_is_not_negotiated_so_no_bomb_can_be(house):
    wire = await Wire.connect(house.url)
    wire.writer.write(upgrade(extra="Sec-WebSocket-Extensions: permessage-deflate\r\n"))
    head = await wire.reader.readuntil(b"\r\n\r\n")
    assert head.split()[1] == b"101"
    assert b"extensions" not in head.lower()
    wire.writer.write(frame_of(TEXT, b"\xaa" * 100, rsv=4))  # a compressed frame all the same
    assert close_code(await wire.frames()) == (1002 if house.kind == "uvicorn" else None)
    wire.close()


# --- tokens ----------------------------------------------------------------------------------------
def token_of(person, *, key=ACCESS_SECRET, algorithm="HS256", **claims):
    """One of the person's access tokens, changed."""
    known = jwt.decode(person.token, options={"verify_signature": False})
    return jwt.encode(known | claims, key, algorithm=algorithm)


def unsigned(person):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    known = jwt.decode(person.token, options={"verify_signature": False})
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(known)}."


NOBODY = "01900000-0000-7000-8000-000000000000"
BAD_TOKENS = {
    "garbage": lambda person: "garbage",
    "empty": lambda person: "",
    "three dots": lambda person: "a.b.c",
    "60 KB": lambda person: "x" * 60_000,
    "a thousand dots": lambda person: "." * 1000,
    "not ASCII": lambda person: "tökén.🎉.x",
    "expired": lambda person: token_of(person, exp=int(time.time()) - 1),
    "without an end": lambda person: token_of(person, exp=None),
    "the refresh token": lambda person: person.refresh_token,
    "a refresh token with the access key": lambda person: token_of(person, token_type="refresh"),
    "another key": lambda person: token_of(person, key="k" * 40),
    "alg none": unsigned,
    "another algorithm": lambda person: token_of(person, algorithm="HS512"),
    "nobody's": lambda person: token_of(person, sub=NOBODY),
    "no session": lambda person: token_of(person, sid=NOBODY),
    "a session that is no id": lambda person: token_of(person, sid="x"),
    "a signature too short": lambda person: person.token[:-2],
}


@pytest.mark.parametrize("make", BAD_TOKENS.values(), ids=BAD_TOKENS)
async def test_a_bad_token_is_auth_error_and_4401(house, mallory, make):
    client = await house.open()
    answer = await client.ask("auth:identify", token=make(mallory), protocol=1)
    assert answer["type"] == "auth:error"
    assert answer["data"]["code"] == "INVALID_TOKEN"
    assert answer["data"]["message"]
    assert await client.wait_closed() == 4401
    assert [frame["type"] for frame in client.heard] == ["auth:error"]


@pytest.mark.parametrize("token", [None, 5, [], {}, True, "a\0b"], ids=repr)
async def test_a_token_that_is_no_text_is_auth_error_and_4401(house, token):
    client = await house.open()
    answer = await client.ask("auth:identify", token=token)
    assert answer["type"] == "auth:error"
    assert answer["data"]["code"] == "VALIDATION_ERROR"
    assert await client.wait_closed() == 4401


async def test_identify_without_a_token_is_auth_error_and_4401(house):
    client = await house.open()
    assert (await client.ask("auth:identify"))["type"] == "auth:error"
    assert await client.wait_closed() == 4401


@pytest.mark.parametrize("protocol", [2, 0, -1, 10**30])
async def test_another_version_of_the_protocol_is_refused(house, mallory, protocol):
    client = await house.open()
    answer = await client.ask("auth:identify", token=mallory.token, protocol=protocol)
    assert answer["type"] == "auth:error"
    assert answer["data"]["code"] == "VALIDATION_ERROR"
    assert await client.wait_closed() == 4401


async def test_a_token_of_100_kb_is_just_a_frame_too_big(house):
    client = await house.open()
    await client.send("auth:identify", token="x" * 100_000)
    assert await client.wait_closed() == 1009


async def test_frames_after_a_bad_token_are_not_answered(house, mallory):
    client = await house.open()
    await client.send("auth:identify", token="garbage")
    for _ in range(3):
        await client.send("auth:identify", token=mallory.token)
    assert await client.wait_closed() == 4401
    assert [frame["type"] for frame in client.heard] == ["auth:error"]


async def test_bob_signs_in_by_subprotocol(house):
    bob = house.person("bob")
    client = await house.open(subprotocols=["bearer", bob.token])
    assert client.ws.subprotocol == "bearer"
    answer = await client.wait("auth:ok")
    assert answer["data"]["user"]["id"] == bob.id
    assert "id" not in answer
    await client.settle()


@pytest.mark.parametrize("token", ["garbage", "a.b.c"])
async def test_a_bad_token_by_subprotocol_is_accepted_and_then_closed(house, token):
    client = await house.open(subprotocols=["bearer", token])
    assert client.ws.subprotocol == "bearer"
    assert (await client.wait("auth:error"))["data"]["code"] == "INVALID_TOKEN"
    assert await client.wait_closed() == 4401


async def test_an_unknown_subprotocol_is_not_chosen(house, mallory):
    client = await house.open(subprotocols=["graphql-ws"])
    assert client.ws.subprotocol is None
    assert (await client.ask("auth:identify", token=mallory.token))["type"] == "auth:ok"


async def test_a_token_in_the_query_string_is_ignored(house, mallory):
    wire = await Wire.connect(house.url)
    path = f"/ws?token={mallory.token}&access_token={mallory.token}"
    assert await wire.answer_to(upgrade(path=path)) == 101
    wire.writer.write(frame_of(TEXT, b'{"type":"ping"}'))
    _, payload = await wire.frame()
    assert json.loads(payload)["data"]["code"] == "NOT_AUTHENTICATED"
    wire.close()


async def test_a_token_in_a_header_or_cookie_is_ignored(house, mallory):
    headers = {"Authorization": f"Bearer {mallory.token}", "Cookie": f"token={mallory.token}"}
    client = await house.open(additional_headers=headers)
    assert (await client.error("ping"))["code"] == "NOT_AUTHENTICATED"


@pytest.mark.slow
async def test_who_never_says_who_they_are_is_closed_4401_at_10_s(house):
    silent, babbling, only_bearer = [
        await house.open(),
        await house.open(),
        await house.open(subprotocols=["bearer"]),
    ]
    began_s = time.monotonic()
    await babbling.error("ping")
    codes = await asyncio.gather(*(c.wait_closed(14) for c in (silent, babbling, only_bearer)))
    assert codes == [4401] * 3
    assert 9 < time.monotonic() - began_s < 12


# --- the bytes of RFC 6455 -------------------------------------------------------------------------
BAD_BYTES = {
    "invalid UTF-8": (frame_of(TEXT, b"\xff\xfe"), 1007),
    "invalid UTF-8 in JSON": (frame_of(TEXT, b'{"type":"\xc3"}'), 1007),
    "invalid UTF-8, five times": (frame_of(TEXT, b"\xff\xfe") * 5, 1007),
    "invalid UTF-8 and goodbye": (frame_of(TEXT, b"\xff") * 2 + frame_of(CLOSE, b"\x03\xe8"), 1000),
    "invalid UTF-8 in fragments": (
        frame_of(TEXT, b"\xff", fin=False) + frame_of(0, b"\xfe") + frame_of(TEXT, b"\xff"),
        1007,
    ),
    "a surrogate in UTF-8": (frame_of(TEXT, b'"\xed\xa0\x80"'), 1007),
    "no mask": (frame_of(TEXT, b"{}", masked=False), 1002),
    "reserved bits": (frame_of(TEXT, b"{}", rsv=2), 1002),
    "a reserved opcode": (frame_of(3, b"{}"), 1002),
    "a ping of 126 bytes": (frame_of(PING, b"x" * 126), 1002),
    "a fragmented ping": (frame_of(PING, b"x", fin=False), 1002),
    "a continuation of nothing": (frame_of(0, b"x"), 1002),
    "a text within a text": (frame_of(TEXT, b"x", fin=False) + frame_of(TEXT, b"x"), 1002),
    "a close frame of one byte": (frame_of(CLOSE, b"\x03"), 1002),
    "a close code that is none": (frame_of(CLOSE, struct.pack("!H", 999)), 1002),
    "zeroes": (b"\0" * 100, 1002),
    "2^62 bytes announced": (b"\x81\xff" + struct.pack("!Q", 2**62), 1009),
    "64 KiB and a byte announced": (b"\x81\xff" + struct.pack("!Q", 65_537) + b"\0" * 9, 1009),
}


@only_uvicorn
@pytest.mark.parametrize(("bytes_", "code"), BAD_BYTES.values(), ids=BAD_BYTES)
async def test_bytes_against_the_rfc_are_closed_with_its_code(house, bytes_, code):
    wire = await Wire.upgraded(house.url)
    wire.writer.write(bytes_)
    assert close_code(await wire.frames()) == code
    wire.close()


@pytest.mark.parametrize("name", [name for name in BAD_BYTES if "announced" not in name])
async def test_daphne_at_least_ends_such_connections(house, name):
    # autobahn drops who breaks the protocol, without a close frame.
    wire = await Wire.upgraded(house.url)
    wire.writer.write(BAD_BYTES[name][0])
    await wire.frames()
    wire.close()


async def test_the_first_of_several_faults_counts(house):
    wire = await Wire.upgraded(house.url)
    wire.writer.write(frame_of(BINARY, b"x") + frame_of(TEXT, b"{}") * 50)
    assert await wire.frame() == (CLOSE, struct.pack("!H", 1003))
    wire.close()


@pytest.mark.slow
async def test_who_does_not_answer_the_goodbye_is_cut_off_soon(house):
    wire = await Wire.upgraded(house.url)
    wire.writer.write(frame_of(TEXT, b"[]"))
    assert close_code(await wire.frames(timeout_s=9)) == 4400  # until the connection has ended
    wire.close()


async def test_a_frame_and_a_goodbye_in_one_breath_are_both_read(house):
    bob = house.person("bob")
    room = bob.new_room()
    wire = await Wire.upgraded(house.url, f"Sec-WebSocket-Protocol: bearer, {bob.token}\r\n")
    join = {"type": "room:join", "data": {"roomId": room["id"]}}
    send = {"type": "message:send", "data": {"roomId": room["id"], "content": "last words"}}
    await wire.frame()
    wire.writer.write(frame_of(TEXT, json.dumps(join).encode()))
    await wire.frame()
    wire.writer.write(frame_of(TEXT, json.dumps(send).encode()) + frame_of(CLOSE, b"\x03\xe8"))
    await until(lambda: [m["content"] for m in bob.history(room["id"])] == ["last words"])
    wire.close()


@pytest.mark.parametrize(
    "bytes_",
    [frame_of(TEXT, b"\xff"), b"\x80\x01\x02", frame_of(TEXT, b"{}"), b"\0" * 2000],
    ids=["invalid UTF-8", "half a frame", "a frame", "zeroes"],
)
async def test_bytes_sent_before_the_handshake_is_answered_harm_nobody(house, bytes_):
    wire = await Wire.connect(house.url)
    wire.writer.write(upgrade() + bytes_)
    await asyncio.sleep(0)
    wire.writer.write(bytes_)
    try:
        assert (await wire.reader.readuntil(b"\r\n\r\n")).split()[1] == b"101"
    except ConnectionResetError:
        pass  # the goodbye for these bytes was quicker than our reading of the answer
    wire.close()
    polite = await Wire.upgraded(house.url)
    polite.writer.write(frame_of(PING, b"still there?"))
    assert await polite.frame() == (PONG, b"still there?")
    polite.close()


async def test_pings_are_answered_and_pongs_are_not(house):
    wire = await Wire.upgraded(house.url)
    for bytes_ in (frame_of(PONG, b"?"), frame_of(PING, b"abc"), frame_of(PING)):
        wire.writer.write(bytes_)
    assert await wire.frame() == (PONG, b"abc")
    assert await wire.frame() == (PONG, b"")
    wire.close()


async def test_control_frames_may_stand_between_fragments(house):
    wire = await Wire.upgraded(house.url)
    half = b'{"type":"pi'
    wire.writer.write(frame_of(TEXT, half, fin=False) + frame_of(PING, b"!"))
    wire.writer.write(frame_of(0, b'ng","id":"c1"}'))
    assert await wire.frame() == (PONG, b"!")
    assert json.loads((await wire.frame())[1])["id"] == "c1"
    wire.close()


async def test_a_goodbye_is_returned(house):
    wire = await Wire.upgraded(house.url)
    wire.writer.write(frame_of(CLOSE, struct.pack("!H", 1000)))
    assert close_code(await wire.frames()) == 1000
    wire.close()


@only_uvicorn
async def test_who_pings_and_never_reads_is_cut_off(house):
    before = house.memory_bytes()
    wire = await Wire.upgraded(house.url)
    wire.stop_reading()

    async def ping_for_ever():
        while True:
            wire.writer.write(frame_of(PING, b"x" * 125) * 500)
            await wire.writer.drain()

    with pytest.raises(ConnectionError):
        await asyncio.wait_for(ping_for_ever(), 60)
    assert house.memory_bytes() - before < 16_000_000
    wire.close()


# --- nothing stays behind --------------------------------------------------------------------------
async def leaves_nothing(house, coming_and_going):
    before = house.connections()
    await coming_and_going()
    await until(lambda: house.connections() <= before, 10)


async def test_hundreds_of_connections_later_no_connection_is_left(house, mallory):
    async def hang_up(how):
        wire = await Wire.connect(house.url)
        if how != "before the handshake":
            wire.writer.write(upgrade())
        if how == "half a frame later":
            await wire.reader.readuntil(b"\r\n\r\n")
            wire.writer.write(frame_of(TEXT, b"{}")[:4])
        if how == "signed in":
            await wire.reader.readuntil(b"\r\n\r\n")
            identify = {"type": "auth:identify", "data": {"token": mallory.token}}
            wire.writer.write(frame_of(TEXT, json.dumps(identify).encode()))
        await wire.writer.drain()
        wire.writer.transport.abort()

    async def three_hundred():
        ways = ["before the handshake", "after the handshake", "half a frame later", "signed in"]
        for _ in range(15):
            await asyncio.gather(*(hang_up(ways[i % 4]) for i in range(20)))

    await leaves_nothing(house, three_hundred)


async def test_sockets_that_come_and_go_properly_leave_nothing(house, mallory):
    room = mallory.new_room()

    async def forty():
        for _ in range(5):
            clients = await asyncio.gather(*(house.enter(mallory, room) for _ in range(8)))
            await asyncio.gather(*(client.close() for client in clients))

    await leaves_nothing(house, forty)


async def test_refused_handshakes_leave_nothing(house):
    async def fifty():
        for _ in range(50):
            with pytest.raises(InvalidStatus):
                await house.open(origin="https://evil.example")

    await leaves_nothing(house, fifty)
