"""/docs/ws says what the gateway takes and sends; it is made of the registries that do it."""

import re
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator

from realtime import protocol
from realtime.closing import Close
from realtime.docs import describe_gateway
from realtime.protocol import events
from realtime.registry import handlers

ROOT = Path(__file__).resolve().parents[2]
# What of PROTOCOL.md's table there is so far: text chat, without pins.
TAKEN = {
    "auth:identify", "room:join", "room:leave", "message:send", "message:edit", "message:delete",
    "typing:start", "typing:stop", "presence:set", "server:view", "connection:recover", "ping",
    "reaction:add", "reaction:remove", "read:update", "read:set",
}  # fmt: skip
SENT = {
    "auth:ok", "auth:error", "room:joined", "room:left", "room:user_joined", "room:user_left",
    "message:ack", "message:new", "message:updated", "message:deleted", "typing:update",
    "presence:update", "connection:missed", "pong", "room:activity", "room:updated",
    "room:removed", "server:member_joined", "server:member_left",
    "server:removed", "user:updated", "session:revoked", "error", "reaction:changed",
    "read:updated",
}  # fmt: skip


@pytest.fixture
def published(client):
    answer = client.get("/docs/ws.json")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    return answer.json()


def by_type(frames):
    return {frame["type"]: frame for frame in frames}


def test_every_frame_of_the_contract_is_there(published):
    assert set(by_type(published["client"])) >= TAKEN
    assert set(by_type(published["server"])) >= SENT
    assert published["protocol"] == 1


def test_nothing_is_there_that_the_contract_does_not_name():
    contract = (ROOT / "PROTOCOL.md").read_text()
    named = set(re.findall(r"`([a-z]+:[a-z_]+|ping|pong|error)\b", contract))
    named |= {"server:member_left", "server:member_updated"}  # server:member_joined/left/updated
    of_tests = {name for name in events if name.startswith("test:")}
    assert set(handlers) - named == set()
    assert set(events) - of_tests - named == set()


def test_it_is_the_registries_themselves(published):
    assert set(by_type(published["client"])) == set(handlers)
    assert set(by_type(published["server"])) == set(events)


def test_every_frame_says_what_it_is_for(published):
    for frame in published["client"] + published["server"]:
        assert frame["description"], frame["type"]
        for word in re.findall(r"`([^`]+)`", frame["description"]):
            assert ":" in word or "_" not in word, word  # fields are named as on the wire
    joined = by_type(published["server"])["room:joined"]["description"]
    assert "`lastSeq`" in joined
    assert "`connection:missed`" in joined


def test_every_answer_is_a_published_event(published):
    sent = by_type(published["server"])
    for frame in published["client"]:
        assert set(frame["answers"]) <= set(sent)
    assert by_type(published["client"])["auth:identify"]["answers"] == ["auth:ok", "auth:error"]


def test_the_schemas_are_schemas_and_every_reference_leads_somewhere(published):
    schemas = published["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    references = set(re.findall(r'"\$ref": ?"#/components/schemas/([^"]+)"', str_of(published)))
    assert references <= set(schemas)
    assert {"Message", "Person", "Room", "Server", "User", "Participant"} <= set(schemas)


def str_of(value):
    return msgspec.json.encode(value).decode()


def test_names_are_camel_case_on_the_wire(published):
    for name, schema in published["components"]["schemas"].items():
        for field in schema.get("properties", {}):
            assert re.fullmatch(r"[a-z][a-zA-Z0-9]*", field), (name, field)


def test_every_field_of_what_we_send_is_always_there(published):
    sent = {frame["data"]["$ref"].rpartition("/")[2] for frame in published["server"]}
    schemas = published["components"]["schemas"]
    for name in sent | {"Message", "Person", "Room", "Server", "Participant"}:
        schema = schemas[name]
        assert set(schema.get("required", [])) == set(schema.get("properties", {})), name


def test_every_close_code_is_there_with_its_meaning(published):
    codes = {entry["code"]: entry for entry in published["closeCodes"]}
    assert set(codes) == {1003, 1009, 1012, 4400, 4401, 4403, 4408, 4409, 4429} == set(Close)
    for entry in codes.values():
        assert entry["meaning"]
    assert "recover" in codes[4408]["meaning"]


def test_the_page_for_people_names_everything(client, published):
    page = client.get("/docs/ws").content.decode()
    for frame in published["client"] + published["server"]:
        assert f'id="{frame["type"]}"' in page
    assert {"Message", "Person", "Room", "User"} <= set(re.findall(r'id="([A-Z]\w+)"', page))
    for entry in published["closeCodes"]:
        assert str(entry["code"]) in page
    assert "lastSeenSeq" in page
    assert "<code>lastSeq</code>" in page
    assert "`" not in page
    for link in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{link}"' in page, link


def test_the_page_needs_no_script_and_no_inline_style(client):
    page = client.get("/docs/ws").content.decode()
    assert "<script" not in page
    assert "style=" not in page
    assert "<style" not in page


def test_an_event_has_one_name_and_a_type_one_handler():
    with pytest.raises(ValueError, match="twice"):
        protocol.event("pong")(type("Another", (), {}))


def test_describing_it_twice_is_the_same():
    assert describe_gateway() == describe_gateway()


def test_what_is_taken_and_what_is_sent_have_names_of_their_own():
    taken = {handler.command.__name__ for handler in handlers.values()}
    sent = {event.__name__ for event in events.values()}
    assert not taken & sent
