"""The published schema tells the truth: schemathesis finds nothing, and nothing is left out of it.

Every operation is tried on a running server with values that the schema allows and values that it
forbids; every answer must be declared, and must be what is declared. The same on every run.
"""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from api.payloads import to_json
from rooms.tests.rest import doors, operations
from voice.tests.sdp_kit import audio_offer

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "8"))
# As the tool's own configuration file; the tests below and its command line take the same.
CONFIG = f"""
[generation]
max-examples = {EXAMPLES}
deterministic = true
no-shrink = true
# Unknown parameters are ignored, and who asks is the test's to say.
allow-extra-parameters = false
with-security-parameters = false
"""


def published() -> dict[str, Any]:
    """The document of /api/schema, made here: the tests of its operations are named after it."""
    document: dict[str, Any] = json.loads(
        to_json(SchemaGenerator().get_schema(request=None, public=True))
    )
    return document


@schemathesis.serializer("application/sdp")
def as_it_is(ctx: Any, value: Any) -> bytes:
    """A body that is text."""
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


schema = schemathesis.openapi.from_dict(published(), config=SchemathesisConfig.from_str(CONFIG))
SAME_AS_ANOTHER = ["/api/v1/auth/signup", "/api/v1/users/search"]
ENDS_THE_SESSION = ["/api/v1/auth/logout"]
ends_session = schema.include(path=ENDS_THE_SESSION)
others = schema.exclude(path=[*SAME_AS_ANOTHER, *ENDS_THE_SESSION]).exclude(
    path=["/api/v1/users/me", "/api/v1/messages/{message_id}"], method="PUT"
)
quietly = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def caller(parlor):
    """Somebody signed in, with a room and a message of their own: {"token", "ref", "message_id"}."""
    person = parlor.person("alice")
    room = person.new_room()
    message, kept = (
        person.post(f"/rooms/{room['id']}/messages", {"content": "hello"})["data"] for _ in "12"
    )
    return {
        "token": person.token,
        "values": {"ref": room["id"], "message_id": message["id"], "session_id": room["id"]},
        "kept_id": kept["id"],
        "guest": lambda: person.post("/auth/guest", {"username": f"g-{next(numbers)}"})["data"],
    }


numbers = itertools.count(10_000)


@pytest.mark.slow
@others.parametrize()
@quietly
def test_an_operation_is_as_published(case, parlor, caller):
    lead_to_what_is_there(case, caller["values"], caller["kept_id"])
    case.call_and_validate(
        base_url=parlor.url, headers={"Authorization": f"Bearer {caller['token']}"}
    )


@pytest.mark.slow
@ends_session.parametrize()
@quietly
def test_signing_out_is_as_published(case, parlor, caller):
    token = caller["guest"]()["accessToken"]
    case.call_and_validate(base_url=parlor.url, headers={"Authorization": f"Bearer {token}"})


def lead_to_what_is_there(case: Any, values: dict[str, str], kept_id: str) -> None:
    """Every other good path leads to a thing that exists; all others are 404, which teaches little.

    A message answers one that is there, a room is read no further than it has come, and a reaction is
    an emoji, an offer SDP: which texts are, no schema can say.
    """
    if case.meta is not None and case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    for name, value in case.path_parameters.items():
        if name in values and len(str(value)) % 2 == 0:
            case.path_parameters[name] = values[name]
    if "emoji" in case.path_parameters:
        case.path_parameters |= {"message_id": kept_id, "emoji": "👍"}
    if case.media_type == "application/sdp":
        case.body = audio_offer(direction="sendonly" if "whip" in case.path else "recvonly")
    if isinstance(case.body, dict) and "seq" in case.body:
        case.body = case.body | {"seq": min(case.body["seq"], 1)}
    if isinstance(case.body, dict) and case.body.get("replyTo"):
        case.body = case.body | {"replyTo": values["message_id"]}


@pytest.mark.slow
def test_what_one_operation_makes_the_next_one_finds(parlor, tmp_path):
    """Schemathesis' stateful phase: it follows ids from answers into requests."""
    token = parlor.person("bob").token
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    command = [
        *(Path(sys.executable).with_name("st"), "--config-file", config, "run"),
        *(f"{parlor.url}/api/schema", "--phases", "stateful", "--continue-on-failure"),
        *("--exclude-path-regex", "/api/v1/auth/|/api/v1/users/me|/wh[ie]p$", "--no-color"),
        *("--header", f"Authorization: Bearer {token}"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_address_is_in_the_schema_and_nothing_else():
    published_below_v1 = {door for door in operations() if door[1].startswith("/api/v1/")}
    assert published_below_v1 == set(doors())
