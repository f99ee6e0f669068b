"""Whatever mallory sends, the answer is an `error` or a documented close code, never 1006 or 1011.

`docs/decisions` and PROTOCOL.md name the codes; the fixture `house` watches the log for tracebacks.
"""

import json

import pytest

DEEP = "[" * 30_000 + "]" * 30_000
LONG_INT = "9" * 5_000


def ping(extra):
    return f'{{"type":"ping","id":"c1",{extra}}}'


def data(type_, text):
    return f'{{"type":"{type_}","id":"c1","data":{text}}}'


NOT_AN_OBJECT = {
    "bad JSON": "{",
    "empty text": "",
    "an array": "[]",
    "a number": "1",
    "a string": '"ping"',
    "null": "null",
    "true": "true",
    "words after the object": '{"type":"ping"} x',
    "two objects": '{"type":"ping"}{"type":"ping"}',
    "a byte order mark": "\ufeff{}",
    "NaN": data("room:join", '{"roomId":"x","lastSeenSeq":NaN}'),
    "NaN in an unknown field": ping('"x":NaN'),
    "Infinity": data("ping", '{"x":-Infinity}'),
    "a lone surrogate": data("room:join", r'{"roomId":"\ud800"}'),
    "a lone surrogate as type": r'{"type":"\udfff","id":"c1"}',
    "a raw control character": data("room:join", '{"roomId":"\x01"}'),
    "single quotes": "{'type':'ping'}",
    "a comment": '{"type":"ping"/**/}',
    "a trailing comma": '{"type":"ping",}',
    "an array 30,000 deep": DEEP,
    "data 30,000 deep": data("ping", DEEP),
    "an unknown field 30,000 deep": ping(f'"x":{DEEP}'),
    "an unclosed nest": '{"data":' * 5_000,
}


@pytest.mark.parametrize("text", NOT_AN_OBJECT.values(), ids=NOT_AN_OBJECT)
async def test_what_is_no_json_object_closes_4400(house, mallory, text):
    client = await house.enter(mallory)
    await client.send_raw(text)
    assert await client.wait_closed() == 4400


WRONG_SHAPE = {
    "no type": ('{"id":"c1","data":{}}', "type"),
    "type is a number": ('{"type":5,"id":"c1"}', "type"),
    "type is null": ('{"type":null,"id":"c1"}', "type"),
    "type is an object": ('{"type":{},"id":"c1"}', "type"),
    "type of 65 characters": (json.dumps({"type": "x" * 65, "id": "c1"}), "type"),
    "an unknown type": ('{"type":"no:such","id":"c1"}', "type"),
    "an event of the server": ('{"type":"message:new","id":"c1"}', "type"),
    "another case": ('{"type":"Ping","id":"c1"}', "type"),
    "a type with NUL": (r'{"type":"pi\u0000ng","id":"c1"}', "type"),
    "an empty type": ('{"type":"","id":"c1"}', "type"),
    "data is an array": (data("ping", "[]"), "data"),
    "data is a string": (data("ping", '"x"'), "data"),
    "data is a number": (data("room:join", "1"), "data"),
    "data is true": (data("ping", "true"), "data"),
    "data is missing": ('{"type":"room:join","id":"c1"}', "roomId"),
    "data is null": (data("room:join", "null"), "roomId"),
    "data is empty": (data("room:join", "{}"), "roomId"),
    "a field is a number": (data("room:join", '{"roomId":5}'), "roomId"),
    "a field is null": (data("room:join", '{"roomId":null}'), "roomId"),
    "a field is an object": (data("typing:start", '{"roomId":{}}'), "roomId"),
    "a field is empty": (data("room:join", '{"roomId":""}'), "roomId"),
    "a field is too long": (data("typing:stop", f'{{"roomId":"{"x" * 65}"}}'), "roomId"),
    "a number of 5,000 digits": (
        data("room:join", f'{{"roomId":"x","lastSeenSeq":{LONG_INT}}}'),
        "lastSeenSeq",
    ),
    "a number with a fraction": (
        data("room:join", '{"roomId":"x","lastSeenSeq":1.5}'),
        "lastSeenSeq",
    ),
    "1e400": (data("room:join", '{"roomId":"x","lastSeenSeq":1e400}'), "lastSeenSeq"),
    "seq -1": (data("room:join", '{"roomId":"x","lastSeenSeq":-1}'), "lastSeenSeq"),
    "seq 2^64": (data("room:join", f'{{"roomId":"x","lastSeenSeq":{2**64}}}'), "lastSeenSeq"),
    "seq 2^63": (data("room:join", f'{{"roomId":"x","lastSeenSeq":{2**63}}}'), "lastSeenSeq"),
    "seq as text": (data("room:join", '{"roomId":"x","lastSeenSeq":"1"}'), "lastSeenSeq"),
    "recover seq -1": (
        data("connection:recover", '{"rooms":[{"roomId":"x","lastSeenSeq":-1}]}'),
        "rooms.0.lastSeenSeq",
    ),
    "recover 201 rooms": (
        data(
            "connection:recover", json.dumps({"rooms": [{"roomId": "x", "lastSeenSeq": 0}] * 201})
        ),
        "rooms",
    ),
    "recover nothing": (data("connection:recover", "{}"), "rooms"),
    "an unknown status": (data("presence:set", '{"status":"asleep"}'), "status"),
    "a custom status of 129": (
        data("presence:set", f'{{"status":"idle","customStatus":"{"x" * 129}"}}'),
        "customStatus",
    ),
    "content is a list": (data("message:send", '{"roomId":"x","content":["a"]}'), "content"),
    "an emoji is missing": (data("reaction:add", '{"messageId":"x"}'), "emoji"),
    "an emoji is a number": (data("reaction:add", '{"messageId":"x","emoji":5}'), "emoji"),
    "an emoji is empty": (data("reaction:remove", '{"messageId":"x","emoji":""}'), "emoji"),
    "an emoji is a letter": (data("reaction:add", '{"messageId":"x","emoji":"a"}'), "emoji"),
    "two emoji": (data("reaction:remove", '{"messageId":"x","emoji":"👍👍"}'), "emoji"),
    "an emoji and NUL": (data("reaction:add", r'{"messageId":"x","emoji":"👍\u0000"}'), "emoji"),
    "an emoji of 65": (
        data("reaction:add", json.dumps({"messageId": "x", "emoji": "👍" + "\ufe0f" * 64})),
        "emoji",
    ),
    "reacting to nothing": (data("reaction:add", '{"emoji":"👍"}'), "messageId"),
    "reacting to a list": (data("reaction:add", '{"messageId":[],"emoji":"👍"}'), "messageId"),
    "reading no room": (data("read:update", '{"seq":0}'), "roomId"),
    "reading up to nothing": (data("read:update", '{"roomId":"x"}'), "seq"),
    "reading up to null": (data("read:set", '{"roomId":"x","seq":null}'), "seq"),
    "reading up to -1": (data("read:set", '{"roomId":"x","seq":-1}'), "seq"),
    "reading up to a text": (data("read:update", '{"roomId":"x","seq":"1"}'), "seq"),
    "reading up to 2^63": (data("read:update", f'{{"roomId":"x","seq":{2**63}}}'), "seq"),
    "reading up to 2^64": (data("read:set", f'{{"roomId":"x","seq":{2**64}}}'), "seq"),
    "a nonce of 65": (
        data("message:send", f'{{"roomId":"x","content":"a","nonce":"{"n" * 65}"}}'),
        "nonce",
    ),
}


@pytest.mark.parametrize(("text", "field"), WRONG_SHAPE.values(), ids=WRONG_SHAPE)
async def test_an_object_of_the_wrong_shape_is_answered_with_an_error(house, mallory, text, field):
    client = await house.enter(mallory)
    await client.send_raw(text)

    error = await client.wait("error")
    assert error["id"] == "c1"
    assert error["data"]["code"] == "VALIDATION_ERROR"
    assert [detail["field"] for detail in error["data"]["details"]] == [field]
    assert error["data"]["message"]
    assert (await client.ask("ping"))["type"] == "pong"  # and the socket stays open


IDS = {
    "an object": "{}",
    "an array": "[]",
    "a fraction": "1.5",
    "true": "true",
    "1e30": "1e30",
    "5,000 digits": LONG_INT,
    "65 characters": json.dumps("x" * 65),
    "30 digits": "9" * 30,
}


@pytest.mark.parametrize("id_", IDS.values(), ids=IDS)
async def test_an_id_that_is_no_id_is_an_error_without_one(house, mallory, id_):
    client = await house.enter(mallory)
    await client.send_raw(f'{{"type":"ping","id":{id_}}}')

    error = await client.wait("error")
    assert "id" not in error
    assert error["data"]["code"] == "VALIDATION_ERROR"
    assert [detail["field"] for detail in error["data"]["details"]] == ["id"]
    await client.settle()


@pytest.mark.parametrize("id_", ["x" * 64, "", "ü–🎉", 'a"b\\', 0, -1, 2**53 - 1])
async def test_any_other_id_comes_back_as_it_was(house, mallory, id_):
    client = await house.enter(mallory)
    await client.send_raw(json.dumps({"type": "ping", "id": id_}))
    assert (await client.wait("pong"))["id"] == id_


async def test_without_an_id_the_answer_has_none(house, mallory):
    client = await house.enter(mallory)
    await client.send_raw('{"type":"ping"}')
    assert "id" not in await client.next("pong")
    await client.send_raw('{"type":"ping","id":null}')
    assert "id" not in await client.wait("pong")


PYTHON_NAMES = [
    "__init__", "__call__", "__class__", "dispatch", "_receive", "_connect", "_gone", "socket",
    "websocket.connect", "websocket.receive", "websocket.disconnect", "websocket.send", "send",
    "close", "channel_layer", "auth_identify", "room.join", "room:join\n", "../ping", "*",
]  # fmt: skip


@pytest.mark.parametrize("name", PYTHON_NAMES)
async def test_a_type_that_names_python_is_just_unknown(house, mallory, name):
    client = await house.enter(mallory)
    await client.send_raw(json.dumps({"type": name, "id": "c1", "data": {}}))
    error = await client.wait("error")
    assert error["id"] == "c1"
    assert error["data"]["details"][0]["code"] == "unknown_type"
    await client.settle()


async def test_data_may_be_left_out_or_null_where_nothing_is_needed(house, mallory):
    client = await house.enter(mallory)
    for text in ('{"type":"ping","id":"a"}', '{"type":"ping","id":"b","data":null}'):
        await client.send_raw(text)
    assert (await client.wait(lambda f: f.get("id") == "a"))["type"] == "pong"
    assert (await client.wait(lambda f: f.get("id") == "b"))["type"] == "pong"


async def test_unknown_fields_are_ignored_whatever_is_in_them(house, mallory):
    client = await house.enter(mallory)
    await client.send_raw(ping(f'"isStaff":true,"data":{{"x":{LONG_INT},"y":[[[]]]}}'))
    assert (await client.wait("pong"))["id"] == "c1"


async def test_nul_is_refused_but_the_words_backslash_u0000_are_not(house):
    bob = house.person("bob")
    room = bob.new_room()
    client = await house.enter(bob, room)

    refused = await client.error("message:send", roomId=room["id"], content="a\0b")
    assert refused["code"] == "VALIDATION_ERROR"
    assert [detail["field"] for detail in refused["details"]] == ["content"]
    assert (await client.ask("message:send", roomId=room["id"], content=r"it is \u0000 in JSON"))[
        "type"
    ] == "message:ack"
    assert bob.history(room["id"])[-1]["content"] == r"it is \u0000 in JSON"


@pytest.mark.parametrize("field", ["roomId", "replyTo", "nonce"])
async def test_nul_in_any_text_is_an_error(house, mallory, field):
    client = await house.enter(mallory)
    fields = {"roomId": "x", "content": "a", field: "a\0b"}
    error = await client.error("message:send", **fields)
    assert error["code"] == "VALIDATION_ERROR"
    assert [detail["field"] for detail in error["details"]] == [field]


async def test_binary_closes_1003(house, mallory):
    for payload in (b"\x00\x01", b'{"type":"ping"}'):
        client = await house.enter(mallory)
        await client.send_raw(payload)
        assert await client.wait_closed() == 1003


async def test_a_frame_of_exactly_64_kib_is_read(house, mallory):
    client = await house.enter(mallory)
    text = json.dumps({"type": "ping", "id": "c1", "data": {"x": ""}})
    await client.send_raw(text.replace('""', json.dumps("x" * (65_536 - len(text)))))
    assert (await client.wait("pong"))["id"] == "c1"


@pytest.mark.parametrize(
    "text",
    ["x" * 65_537, json.dumps({"type": "ping", "data": "é" * 40_000}, ensure_ascii=False)],
    ids=["ascii", "more bytes than characters"],
)
async def test_a_frame_over_64_kib_closes_1009(house, mallory, text):
    client = await house.enter(mallory)
    await client.send_raw(text)
    assert await client.wait_closed() == 1009


async def test_fragments_that_add_up_to_more_close_1009(house, mallory):
    client = await house.enter(mallory)
    await client.ws.send("x" * 10_000 for _ in range(7))
    assert await client.wait_closed() == 1009


async def test_fragments_that_add_up_to_a_frame_are_a_frame(house, mallory):
    client = await house.enter(mallory)
    await client.ws.send(iter(['{"type":"pi', "", 'ng","id"', ':"c1"}']))
    assert (await client.wait("pong"))["id"] == "c1"


# --- frames that are well-formed and still not allowed ---------------------------------------------
async def test_who_has_not_said_who_they_are_is_told_to(house):
    client = await house.open()
    for type_ in ("ping", "room:join", "message:send"):
        error = await client.error(type_, roomId="x", content="x")
        assert error["code"] == "NOT_AUTHENTICATED"


async def test_a_second_identify_is_a_conflict_and_changes_nothing(house, mallory):
    bob = house.person("bob")
    client = await house.enter(mallory)
    assert (await client.error("auth:identify", token=bob.token))["code"] == "CONFLICT"
    assert (await client.error("auth:identify", token="garbage"))["code"] == "CONFLICT"
    reply = await client.ask("presence:set", status="online")
    assert [change["userId"] for change in reply["data"]["changes"]] == [mallory.id]


@pytest.mark.parametrize(
    ("type_", "fields"),
    [
        ("message:send", {"content": "hi"}),
        ("typing:start", {}),
        ("typing:stop", {}),
    ],
)
async def test_a_room_must_be_joined_on_this_socket_first(house, mallory, type_, fields):
    room = mallory.new_room()
    await house.enter(mallory, room)  # on another socket: that does not help
    client = await house.enter(mallory)
    for room_id in (room["id"], "01900000-0000-7000-8000-000000000000", "no-such", "1e30"):
        assert (await client.error(type_, roomId=room_id, **fields))["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    "ref", ["01900000-0000-7000-8000-000000000000", "no-such-room", "abcd-efgh-ijkl", "1e30", "'"]
)
async def test_an_unknown_room_is_not_found(house, mallory, ref):
    client = await house.enter(mallory)
    assert (await client.error("room:join", roomId=ref))["code"] == "NOT_FOUND"
    for type_ in ("read:update", "read:set"):
        assert (await client.error(type_, roomId=ref, seq=2**63 - 1))["code"] == "NOT_FOUND"
    for type_ in ("reaction:add", "reaction:remove"):
        assert (await client.error(type_, messageId=ref, emoji="👍"))["code"] == "NOT_FOUND"
    missed = await client.ask("connection:recover", roomId=ref, lastSeenSeq=0)
    assert missed["type"] == "connection:missed"
    assert missed["data"]["error"]["code"] == "NOT_FOUND"


async def test_somebody_elses_private_room_is_not_found(house, mallory):
    bob = house.person("bob")
    room = bob.new_room(isPrivate=True)
    message = bob.post(f"/rooms/{room['id']}/messages", {"content": "secret"})["data"]
    client = await house.enter(mallory)

    for ref in (room["id"], room["slug"]):
        assert (await client.error("room:join", roomId=ref))["code"] == "NOT_FOUND"
    missed = await client.ask(
        "connection:recover", rooms=[{"roomId": room["id"], "lastSeenSeq": 0}]
    )
    assert missed["data"]["error"]["code"] == "NOT_FOUND"
    assert missed["data"]["messages"] == []
    for type_ in ("message:edit", "message:delete", "reaction:add", "reaction:remove"):
        error = await client.error(type_, messageId=message["id"], content="mine", emoji="👍")
        assert error["code"] == "NOT_FOUND"
    for seq in (0, 1, 99):  # 99 is beyond its head, which is nobody's business
        error = await client.error("read:set", roomId=room["id"], seq=seq)
        assert (error["code"], error["details"]) == ("NOT_FOUND", [])
    bob.post(f"/rooms/{room['id']}/messages", {"content": "still secret"})
    await client.settle()
    assert not client.all("message:new")
    # Of this room: what other tests wrote in theirs may be told to a newcomer.
    assert room["id"] not in [data["roomId"] for data in client.all("room:activity")]


async def test_a_number_of_the_future_or_of_another_epoch_is_not_recovered(house):
    bob = house.person("bob")
    room = bob.new_room()
    bob.post(f"/rooms/{room['id']}/messages", {"content": "one"})
    client = await house.enter(bob)
    epoch = (await client.wait("auth:ok"))["data"]["epoch"]
    wrong = "00000000-0000-4000-8000-000000000000"

    for seen, of in ((2, epoch), (2**63 - 1, epoch), (1, wrong), (0, "no uuid"), (1, "")):
        joined = await client.ask("room:join", roomId=room["id"], lastSeenSeq=seen, epoch=of)
        assert joined["data"]["recovered"] is False
        assert [m["content"] for m in joined["data"]["messages"]] == ["one"]
        missed = await client.ask(
            "connection:recover", rooms=[{"roomId": room["id"], "lastSeenSeq": seen}], epoch=of
        )
        assert missed["data"]["recovered"] is False
        assert missed["data"]["messages"] == []
        assert missed["data"]["lastSeq"] == 1
        assert missed["data"]["epoch"] == epoch


async def test_many_bad_frames_later_the_socket_still_works(house, mallory):
    client = await house.enter(mallory)
    texts = [text for text, _ in WRONG_SHAPE.values()] * 5
    for text in texts[:180]:
        await client.send_raw(text)
    await client.settle()
    assert len(client.all("error")) == 180
