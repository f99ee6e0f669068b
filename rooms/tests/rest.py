"""REST without a socket or a server: `Caller` speaks as somebody and checks every answer's shape.

Each answer is held against the published OpenAPI schema: its status must be declared there, and its
body must be what is declared. Used by the tests of rooms and messaging and of the whole site.
"""

import json
import re
from functools import lru_cache
from typing import Any

import jsonschema_rs
from django.test import Client

BASE = "/api/v1"


class Answer:
    """A response: `status`, `data` and `meta` of a success, `code` and `details` of an error."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        self.type: str = response.headers["Content-Type"]
        is_json = self.type == "application/json"
        self.text: str = "" if is_json else response.content.decode()
        self.body: dict[str, Any] = json.loads(response.content) if is_json else {}
        self.data: Any = self.body.get("data")
        self.meta: Any = self.body.get("meta")
        self.code: str = self.body.get("error", {}).get("code", "")
        self.details: list[dict[str, Any]] = self.body.get("error", {}).get("details", [])

    @property
    def fields(self) -> dict[str, str]:
        """What is wrong with which field."""
        return {detail["field"]: detail["code"] for detail in self.details}

    def __repr__(self) -> str:
        return f"<{self.status} {self.body}>"


class Caller:
    """Somebody (nobody: None) who sends requests. Paths are those below /api/v1."""

    def __init__(self, person: Any = None) -> None:
        self.person = person
        self.http = Client()
        self.headers: dict[str, str] = {}
        self.session_id = self.refresh_token = ""
        if person is not None:
            from accounts import sign_in

            grant = sign_in.open_session(person, caller=sign_in.Caller("127.0.0.1", "tests"))
            self.session_id, self.refresh_token = str(grant.session.pk), grant.refresh_token
            self.headers["Authorization"] = f"Bearer {grant.access_token}"

    def request(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        """Any request; an answer that the schema does not know fails the test."""
        options: dict[str, Any] = {"headers": self.headers}
        if query:
            options["query_params"] = query
        if isinstance(body, str):
            options |= {"data": body, "content_type": "application/sdp"}
        elif body is not None:
            options |= {"data": json.dumps(body), "content_type": "application/json"}
        answer = Answer(self.http.generic(method, BASE + path, **_generic(options)))
        assert answer.status < 500, answer
        check_shape(method, BASE + path, answer)
        return answer

    def get(self, path: str, **query: Any) -> Answer:
        """GET."""
        return self.request("GET", path, **query)

    def post(self, path: str, body: Any = None) -> Answer:
        """POST; without a body an empty object."""
        return self.request("POST", path, {} if body is None else body)

    def patch(self, path: str, body: Any) -> Answer:
        """PATCH."""
        return self.request("PATCH", path, body)

    def put(self, path: str, body: Any = None) -> Answer:
        """PUT."""
        return self.request("PUT", path, body)

    def delete(self, path: str) -> Answer:
        """DELETE."""
        return self.request("DELETE", path)

    def send(self, room: Any, content: str = "hello", **fields: Any) -> Any:
        """Send a message to a room; answers the message."""
        answer = self.post(f"/rooms/{room.pk}/messages", {"content": content, **fields})
        assert answer.status in (200, 201), answer
        return answer.data


def _generic(options: dict[str, Any]) -> dict[str, Any]:
    return {"data": "", "content_type": "", **options}


# --- the published schema ------------------------------------------------------------------------
@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI document, as /api/schema gives it."""
    found: dict[str, Any] = json.loads(Client().get("/api/schema").content)
    return found


def operations() -> list[tuple[str, str]]:
    """Every (METHOD, path) of the document."""
    return [
        (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method in methods
    ]


@lru_cache(maxsize=512)
def path_template(path: str) -> str:
    """The path of the document that a real path belongs to; the one with the fewest variables."""
    paths = sorted(document()["paths"], key=lambda known: known.count("{"))
    for known in paths:
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", known), path):
            return str(known)
    raise AssertionError(f"{path} is not in the schema")


@lru_cache(maxsize=512)
def _validator(template: str, method: str, status: int, type_: str) -> Any:
    operation = document()["paths"][template].get(method.lower(), {})
    declared = operation.get("responses", {}).get(str(status))
    assert declared, f"{method} {template} answers {status}: not in the schema"
    components = document()["components"]
    if "$ref" in declared:
        declared = components["responses"][declared["$ref"].rpartition("/")[2]]
    schema = declared["content"][type_]["schema"]
    return jsonschema_rs.Draft202012Validator({**schema, "components": components})


def check_shape(method: str, path: str, answer: Answer) -> None:
    """Fail where an answer is not what the schema says (405 belongs to no operation)."""
    if answer.status == 405:
        return
    validator = _validator(path_template(path), method, answer.status, answer.type)
    said = answer.body or answer.text
    problems = [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(said)]
    assert not problems, (method, path, answer.status, problems)


# --- the URL map ---------------------------------------------------------------------------------
def doors() -> list[tuple[str, str]]:
    """Every (METHOD, path) that the URL map has below /api/v1, as the schema writes paths."""
    from django.urls import get_resolver

    found = [
        (method, path)
        for path, view in _patterns(get_resolver().url_patterns, "/")
        if path.startswith(BASE + "/") and path != BASE + "/"
        for method in _methods(view)
    ]
    return sorted(found, key=lambda door: (door[1], door[0]))


def _patterns(patterns: Any, prefix: str) -> Any:
    for pattern in patterns:
        path = prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
        if hasattr(pattern, "url_patterns"):
            yield from _patterns(pattern.url_patterns, path)
        else:
            yield path, pattern.callback


def _methods(view: Any) -> list[str]:
    actions = getattr(view, "actions", None)  # a ViewSet's; an APIView's are its methods
    names = actions or [name for name in view.cls.http_method_names if hasattr(view.cls, name)]
    return [name.upper() for name in names if name not in ("head", "options")]
