"""Reading and writing frames, without a server."""

import contextlib
import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import ParlorError, RateLimited, ValidationFailed
from messaging.handlers import Recover, SendMessage
from realtime.events import RoomLeft
from realtime.protocol import Frame, Misshapen, NotAFrame, decode, decode_data, encode, encode_error
from realtime.registry import handlers

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=20,
)


def test_a_frame_is_its_type_id_and_data():
    frame = decode('{"data":{"a":1},"id":"c1","type":"ping","more":[]}')
    assert (frame.type, frame.id, bytes(frame.data)) == ("ping", "c1", b'{"a":1}')
    assert decode('{"type":"ping"}').id is None


@given(st.text())
def test_no_text_at_all_breaks_the_reader(text):
    with contextlib.suppress(NotAFrame, Misshapen):
        assert isinstance(decode(text), Frame)


@given(anything)
def test_no_json_at_all_breaks_the_reader(value):
    text = json.dumps(value)
    is_object = isinstance(value, dict) and "NaN" not in text and "Infinity" not in text
    with contextlib.suppress(Misshapen if is_object else NotAFrame, Misshapen):
        assert isinstance(decode(text), Frame)


@given(st.sampled_from(sorted(handlers)), anything)
def test_no_data_at_all_breaks_a_command(type_, value):
    raw = msgspec.Raw(json.dumps(value).encode())
    with contextlib.suppress(ValidationFailed):
        command = decode_data(handlers[type_].decoder, raw)
        assert isinstance(command, handlers[type_].command)


@given(st.text(), st.none() | st.text(max_size=64) | st.integers(-(2**63), 2**63 - 1))
def test_what_is_written_can_be_read(room_id, id_):
    frame = json.loads(encode(RoomLeft(room_id=room_id), id_))
    assert frame["type"] == "room:left"
    assert frame["data"] == {"roomId": room_id}
    assert frame.get("id") == id_
    sent = datetime.fromisoformat(frame["timestamp"])
    assert abs((datetime.now(UTC) - sent).total_seconds()) < 5


@pytest.mark.parametrize(
    ("text", "id_", "field"),
    [
        ('{"id":"c1"}', "c1", "type"),
        ('{"id":7,"type":5}', 7, "type"),
        ('{"id":{},"type":"ping"}', None, "id"),
        ('{"type":"ping","id":true}', None, "id"),
        ('{"id":"c1","type":"' + "x" * 65 + '"}', "c1", "type"),
    ],
)
def test_an_object_that_is_no_frame_still_says_which_one_it_was(text, id_, field):
    with pytest.raises(Misshapen) as wrong:
        decode(text)
    assert wrong.value.id == id_
    assert [detail["field"] for detail in wrong.value.error.details] == [field]


def refusal(type_, data):
    with pytest.raises(ValidationFailed) as refused:
        decode_data(handlers[type_].decoder, msgspec.Raw(json.dumps(data).encode()))
    return refused.value.details[0]


def test_the_field_is_named_as_rest_names_it():
    assert refusal("message:send", {"content": "x"})["field"] == "roomId"
    assert refusal("message:send", {"roomId": 5, "content": "x"})["field"] == "roomId"
    wrong_type = {"rooms": [{"roomId": "a", "lastSeenSeq": 0}, {"roomId": "b", "lastSeenSeq": "x"}]}
    assert refusal("connection:recover", wrong_type)["field"] == "rooms.1.lastSeenSeq"
    missing = {"rooms": [{"roomId": "a"}]}
    assert refusal("connection:recover", missing)["field"] == "rooms.0.lastSeenSeq"
    assert refusal("connection:recover", [])["field"] == "data"


def test_nul_is_found_wherever_it_is_and_only_there():
    nul = {"rooms": [{"roomId": "a", "lastSeenSeq": 0}, {"roomId": "b\0", "lastSeenSeq": 0}]}
    assert refusal("connection:recover", nul) == {
        "field": "rooms.1.roomId",
        "code": "nul",
        "message": "Text must not contain the NUL character.",
        "params": {},
    }
    words = {"roomId": "a", "content": r"\u0000 and \\u0000"}
    raw = msgspec.Raw(json.dumps(words).encode())
    assert decode_data(handlers["message:send"].decoder, raw) == SendMessage(
        room_id="a", content=r"\u0000 and \\u0000"
    )
    elsewhere = msgspec.Raw(b'{"roomId":"a","lastSeenSeq":1,"unknown":"\\u0000"}')
    assert decode_data(handlers["connection:recover"].decoder, elsewhere) == Recover(
        room_id="a", last_seen_seq=1
    )


def test_an_error_is_its_code_message_and_details():
    frame = json.loads(encode_error(RateLimited(3.2), "c1"))
    assert frame["type"] == "error"
    assert frame["id"] == "c1"
    assert frame["data"]["code"] == "RATE_LIMITED"
    assert frame["data"]["details"][0]["params"] == {"retryAfterS": 4}
    assert "id" not in json.loads(encode_error(ParlorError()))
