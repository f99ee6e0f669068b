"""The published schema tells the truth: schemathesis finds nothing, and nothing is left out of it.

Every operation is tried on a running server with values that the schema allows and values that it
forbids; every answer must be declared, and must be what is declared. The same on every run.
"""

from typing import Any

import pytest
import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from api.payloads import to_json
from rooms.tests.rest import doors, operations

EXAMPLES = 20
CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 1,
        "generation": {
            "max-examples": EXAMPLES,
            "deterministic": True,
            "no-shrink": True,
            "database": "none",
            # NUL is refused everywhere, also in fields that nobody knows: no schema can say that.
            "allow-x00": False,
        },
    }
)


def published() -> dict[str, Any]:
    """The document of /api/schema, made here: the tests of its operations are named after it."""
    import json

    document: dict[str, Any] = json.loads(
        to_json(SchemaGenerator().get_schema(request=None, public=True))
    )
    return document


schema = schemathesis.openapi.from_dict(published(), config=CONFIG)
# These end the session that asks.
ends_session = schema.include(path="/api/v1/auth/logout")
others = schema.exclude(path="/api/v1/auth/logout")
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
    message = person.post(f"/rooms/{room['id']}/messages", {"content": "hello"})["data"]
    return {
        "token": person.token,
        "values": {"ref": room["id"], "message_id": message["id"], "session_id": room["id"]},
        "guest": lambda: person.post("/auth/guest", {"username": f"g-{next(numbers)}"})["data"],
    }


numbers = iter(range(10_000, 10**6))


@others.parametrize()
@quietly
def test_an_operation_is_as_published(case, parlor, caller):
    lead_to_what_is_there(case, caller["values"])
    case.call_and_validate(
        base_url=parlor.url, headers={"Authorization": f"Bearer {caller['token']}"}
    )


@ends_session.parametrize()
@quietly
def test_signing_out_is_as_published(case, parlor, caller):
    token = caller["guest"]()["accessToken"]
    case.call_and_validate(base_url=parlor.url, headers={"Authorization": f"Bearer {token}"})


def lead_to_what_is_there(case: Any, values: dict[str, str]) -> None:
    """Every other good path leads to a thing that exists; all others are 404, which teaches little."""
    if case.meta is not None and case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    for name, value in case.path_parameters.items():
        if name in values and len(str(value)) % 2 == 0:
            case.path_parameters[name] = values[name]


def test_every_address_is_in_the_schema_and_nothing_else():
    published_below_v1 = {door for door in operations() if door[1].startswith("/api/v1/")}
    assert published_below_v1 == set(doors())
