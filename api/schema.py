"""The OpenAPI schema: operations described beside their views, shapes taken from the payloads.

`@describe(…)` on a view's method says what goes in, what comes out and which errors there are.
Every outgoing shape is the msgspec Struct that the view really sends; nothing is written twice.
"""

# drf-spectacular annotates only a part of itself.
# mypy: disable-error-code="no-untyped-call"

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, TypeVar

import msgspec
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

from api.envelope import CONTENT_TYPE, ErrorEnvelope, PageMeta
from api.errors import camel
from api.pagination import DEFAULT_LIMIT, MAX_LIMIT, MAX_PAGE
from api.serializers import ANY_TEXT, Input

REF = "#/components/schemas/{name}"
ERRORS = {
    400: "VALIDATION_ERROR: something in the request is not valid; `details` names it.",
    401: "NOT_AUTHENTICATED, INVALID_TOKEN, TOKEN_SPENT or INVALID_CREDENTIALS.",
    403: "FORBIDDEN: not for this person to do.",
    404: "NOT_FOUND: not there, or not for this person to know of.",
    409: "CONFLICT: taken, or already different.",
    410: "GONE: it was, and has ended.",
    413: "TOO_LARGE: the body is larger than is taken.",
    415: "UNSUPPORTED_MEDIA_TYPE: send application/json.",
    429: "RATE_LIMITED: wait as long as Retry-After says.",
    503: "UNAVAILABLE: a part of Parlor is away for the moment.",
}
PAGE_PARAMETERS = (
    OpenApiParameter(
        "page",
        {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 1},
        description="Which page, from 1.",
    ),
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        description="How many on a page.",
    ),
)

_IN_SCHEMA = re.compile(r"/api$|/api/v1/.|/health")

Method = TypeVar("Method", bound=Callable[..., Any])
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """What `describe` was told."""

    summary: str
    answer: Any
    many: bool
    paged: bool
    meta: Any
    status: int
    also: int | None
    body: type[Input] | None
    partial: bool
    query: Sequence[OpenApiParameter]
    errors: frozenset[int]
    public: bool
    enveloped: bool
    body_type: str
    answer_type: str


def describe(  # noqa: PLR0913  one keyword for each thing there is to say
    summary: str,
    *,
    answer: Any = None,
    many: bool = False,
    paged: bool = False,
    meta: Any = None,
    status: int = 200,
    also: int | None = None,
    body: type[Input] | None = None,
    partial: bool = False,
    query: Sequence[OpenApiParameter] = (),
    errors: Iterable[int] = (),
    public: bool = False,
    enveloped: bool = True,
    body_type: str = "",
    answer_type: str = CONTENT_TYPE,
) -> Callable[[Method], Method]:
    """Say in the schema what this method of a view does.

    `answer` is the payload type inside `data` (`many`: a list of it; `paged`: a list in pages;
    None: null), `meta` the type beside it, `body` the input serializer (`partial`: none of its
    fields is required; for PATCH always so), `query` the parameters; `also` is a second status with
    the same answer. `body_type` is the media type of a body that is plain text (`body` is not
    said then), `answer_type` that of the answer: another than JSON is text without an envelope.
    401 (unless `public`), 429, 503, for a body 400, 413 and 415, for parameters 400 and for a
    path with a variable 404 are added; `errors` names the others.
    """

    def mark(method: Method) -> Method:
        method.operation = Operation(  # type: ignore[attr-defined]
            summary=summary,
            answer=answer,
            many=many or paged,
            paged=paged,
            meta=PageMeta if paged else meta,
            status=status,
            also=also,
            body=body,
            partial=partial,
            query=(*query, *(PAGE_PARAMETERS if paged else ())),
            errors=frozenset(errors),
            public=public,
            enveloped=enveloped,
            body_type=body_type,
            answer_type=answer_type,
        )
        return method

    return mark


def text_parameter(name: str, description: str, max_length: int = 100) -> OpenApiParameter:
    """A text in the query, as params.text takes it."""
    return OpenApiParameter(
        name,
        {"type": "string", "maxLength": max_length, "pattern": ANY_TEXT},
        description=description,
    )


def flag_parameter(name: str, description: str) -> OpenApiParameter:
    """A yes or no in the query, as params.flag takes it."""
    return OpenApiParameter(name, {"type": "string", "pattern": "^[01]?$"}, description=description)


def integer_parameter(
    name: str, description: str, minimum: int = 0, maximum: int = 2**63 - 1
) -> OpenApiParameter:
    """A whole number in the query, as params.integer takes it."""
    return OpenApiParameter(
        name,
        {"type": "integer", "minimum": minimum, "maximum": maximum},
        description=description,
    )


class EnvelopeSchema(AutoSchema):
    """drf-spectacular's view of one operation, led by `describe`."""

    @property
    def described(self) -> Operation:
        """The operation's description. Raises where a view has none: nothing goes undocumented."""
        action = getattr(self.view, "action", None) or self.method.lower()
        found = getattr(getattr(self.view, action), "operation", None)
        if found is None:
            raise TypeError(f"{type(self.view).__qualname__}.{action} lacks @describe")
        assert isinstance(found, Operation)
        return found

    def get_summary(self) -> str:
        """As described."""
        return self.described.summary

    def get_operation_id(self) -> str:
        """`get_users_ref`: the method and the path, unique by nature."""
        path = re.sub(self.path_prefix, "", self.path)
        return self.method.lower() + re.sub(r"[^A-Za-z0-9]+", "_", path).rstrip("_")

    def get_tags(self) -> list[str]:
        """The first part of the path; what stands outside /api/v1 is about the server."""
        return super().get_tags() if self.path.startswith("/api/v1/") else ["server"]

    def get_request_serializer(self) -> Any:
        """The input serializer."""
        body = self.described.body
        return body(partial=True) if body is not None and self.described.partial else body

    def _get_request_body(self, direction: Any = "request") -> Any:
        """Also of a DELETE that asks for something, which drf-spectacular does not look at."""
        if self.described.body_type:
            text = {"schema": {"type": "string", "minLength": 1}}
            return {"content": {self.described.body_type: text}, "required": True}
        method = self.method
        if method == "DELETE" and self.described.body is not None:
            self.method = "POST"
        try:
            return super()._get_request_body(direction)
        finally:
            self.method = method

    def get_response_serializers(self) -> Any:
        """None: answers are payloads (see _get_response_bodies)."""
        return {}

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # drf-spectacular would guess parameters of a list

    def get_override_parameters(self) -> list[Any]:
        """What stands in the query."""
        return list(self.described.query)

    def get_auth(self) -> list[Json]:
        """The bearer token; where it is `public`, nothing will do as well."""
        known: list[Json] = [auth for auth in super().get_auth() if auth]
        return [*known, {}] if self.described.public else known

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Json:
        """Field names as clients write them (the parser takes both spellings)."""
        schema: Json = super()._map_basic_serializer(serializer, direction)
        schema["properties"] = {camel(name): it for name, it in schema["properties"].items()}
        if "required" in schema:
            schema["required"] = [camel(name) for name in schema["required"]]
        return schema | getattr(serializer, "schema_rules", {})

    def _get_response_bodies(self, direction: Any = "response") -> Json:
        described = self.described
        schema = self._data_schema(described)
        is_json = described.answer_type == CONTENT_TYPE
        answer = self._enveloped(described, schema) if described.enveloped and is_json else schema
        responses: Json = {
            str(status): {
                "description": described.summary,
                "headers": {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}},
                "content": {described.answer_type: {"schema": answer}},
            }
            for status in (described.status, described.also)
            if status is not None
        }
        self._reference(ErrorEnvelope)
        for status in sorted(self._error_statuses(described)):
            responses[str(status)] = {"$ref": f"#/components/responses/Error{status}"}
        return responses

    def _error_statuses(self, described: Operation) -> set[int]:
        statuses = set(described.errors)
        if not described.enveloped:
            return statuses
        statuses |= {429, 503}
        if not described.public or self.view.get_authenticators():
            statuses.add(401)  # a bad token is refused where none would do
        if described.body is not None or described.body_type:
            statuses |= {400, 413, 415}
        if described.query:
            statuses.add(400)
        if "{" in self.path:
            statuses.add(404)
        return statuses

    def _data_schema(self, described: Operation) -> Json:
        if described.answer is None:
            return {"type": "null"}
        one = self._reference(described.answer)
        return {"type": "array", "items": one} if described.many else one

    def _enveloped(self, described: Operation, data: Json) -> Json:
        properties: Json = {
            "success": {"type": "boolean", "const": True},
            "data": data,
            "message": {"type": "string"},
        }
        required = ["success", "data"]
        if described.meta is not None:
            properties["meta"] = self._reference(described.meta)
            required.append("meta")
        return {"type": "object", "properties": properties, "required": required}

    def _reference(self, payload: Any) -> Json:
        """A payload type's schema by reference; its components go into the registry."""
        if isinstance(payload, UnionType):  # msgspec describes only what it could decode
            return {"anyOf": [self._reference(one) for one in payload.__args__]}
        (schema,), components = msgspec.json.schema_components((payload,), ref_template=REF)
        for name, definition in components.items():
            component = ResolvedComponent(
                name=name, type=ResolvedComponent.SCHEMA, schema=definition, object=name
            )
            if component in self.registry:
                known = self.registry[component]
                if known.schema != definition:
                    raise TypeError(f"Two shapes are called {name} in the schema")
            else:
                self.registry.register(component)
        return dict(schema)


class StrictFieldSchema(OpenApiSerializerFieldExtension):
    """Our strict fields: what DRF's own would say, and the pattern that is really checked."""

    target_class = "api.serializers.StrictString"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Json:
        """A string, its lengths, and its form."""
        field = self.target
        schema: Json = {"type": "string"}
        if field.min_length:
            schema["minLength"] = field.min_length
        if field.max_length is not None:
            schema["maxLength"] = field.max_length
        form = {"Email": {"format": "email"}, "Id": {"format": "uuid"}}
        return schema | form.get(type(field).__name__, {"pattern": field.pattern})


class StrictBooleanSchema(OpenApiSerializerFieldExtension):
    """true or false."""

    target_class = "api.serializers.StrictBoolean"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Json:
        """A boolean."""
        return {"type": "boolean"}


class StrictIntegerSchema(OpenApiSerializerFieldExtension):
    """A whole number between its bounds."""

    target_class = "api.serializers.StrictInteger"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Json:
        """An integer."""
        bounds = {"minimum": self.target.min_value, "maximum": self.target.max_value}
        known = {name: bound for name, bound in bounds.items() if bound is not None}
        return {"type": "integer", **known}


class MomentSchema(OpenApiSerializerFieldExtension):
    """A moment."""

    target_class = "api.serializers.Moment"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Json:
        """A date-time."""
        return {"type": "string", "format": "date-time", "minLength": len("2026-11-20T20:36:02Z")}


def only_versioned_paths(endpoints: list[Any], **kwargs: Any) -> list[Any]:
    """Leave out the alias /api/… and what is not REST: one address for one operation."""
    return [entry for entry in endpoints if _IN_SCHEMA.match(entry[0])]


def add_error_responses(result: Json, **kwargs: Any) -> Json:
    """The error responses and headers that operations refer to."""
    components = result.setdefault("components", {})
    components["headers"] = {
        "RequestId": {
            "description": "The request's id: yours, if you sent 8–64 of A–Z a–z 0–9 . _ -",
            "schema": {"type": "string"},
        },
        "RetryAfter": {
            "description": "Seconds after which one more request is taken.",
            "schema": {"type": "integer", "minimum": 1},
        },
    }
    components["responses"] = {f"Error{status}": _error_response(status) for status in ERRORS}
    return result


def _error_response(status: int) -> Json:
    headers = {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}}
    if status == 429:
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    return {
        "description": ERRORS[status],
        "headers": headers,
        "content": {CONTENT_TYPE: {"schema": {"$ref": REF.format(name="ErrorEnvelope")}}},
    }
