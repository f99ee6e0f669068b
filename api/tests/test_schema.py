"""The schema is whole, and true to what views say."""

import json
from typing import Any, cast

import pytest

from api import views
from api.schema import EnvelopeSchema, describe


@pytest.fixture(scope="module")
def document():
    return json.loads(views._schema_bytes("json"))


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(tree):
    if isinstance(tree, dict):
        if isinstance(tree.get("$ref"), str):
            yield tree["$ref"]
        for below in tree.values():
            yield from references(below)
    elif isinstance(tree, list):
        for below in tree:
            yield from references(below)


def test_every_reference_leads_somewhere(document):
    for reference in references(document):
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def test_each_operation_has_one_address_and_one_id(document):
    assert all(
        path.startswith(("/api/v1/", "/health")) or path == "/api" for path in document["paths"]
    )
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))


def test_answers_and_errors_are_envelopes(document):
    for path, _, operation in operations(document):
        for status, response in operation["responses"].items():
            if status == "201" and path.endswith(("/whip", "/whep")):
                assert response["content"] == {"application/sdp": {"schema": {"type": "string"}}}
            elif status.startswith("2") and not path.startswith("/health"):
                schema = response["content"]["application/json"]["schema"]
                assert {"success", "data"} <= set(schema["required"])
            elif status.startswith(("4", "5")):
                assert response["$ref"] == f"#/components/responses/Error{status}"


def test_a_body_brings_its_errors(document):
    for _, _, operation in operations(document):
        statuses = operation["responses"].keys()
        if "requestBody" in operation:
            assert {"400", "413", "415"} <= statuses
        if operation["security"] == [{"bearer": []}]:
            assert "401" in statuses


def test_names_are_camel_case(document):
    for schema in document["components"]["schemas"].values():
        assert not any("_" in name for name in schema.get("properties", {}))


def test_a_view_without_description_is_an_error():
    class Bare:
        action = "list"

        def list(self):
            """Nothing said."""

    schema = EnvelopeSchema()
    schema.view, schema.method = cast(Any, Bare()), "GET"
    with pytest.raises(TypeError, match="lacks @describe"):
        _ = schema.described


def test_two_shapes_of_one_name_are_an_error(rf):
    from drf_spectacular.plumbing import ComponentRegistry

    from api.payloads import Payload

    def shape(kind):
        return type("Twice", (Payload,), {"__annotations__": {"field": kind}})

    schema = EnvelopeSchema()
    schema.registry = ComponentRegistry()
    schema._reference(shape(int))
    with pytest.raises(TypeError, match="Two shapes are called Twice"):
        schema._reference(shape(str))


def test_describe_leaves_the_method_as_it_is():
    def method():
        return 5

    assert describe("Five")(method) is method


def test_it_is_served_as_json_and_yaml(client):
    assert client.get("/api/schema").json()["openapi"] == "3.1.0"
    assert client.get("/api/schema?format=yaml").content.startswith(b"openapi: 3.1.0")
