"""`/docs/ws`: the gateway's frames, generated from the registries that the gateway itself uses."""

import inspect
import re
from typing import Any

import msgspec
from django.http import HttpRequest, JsonResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.generic import TemplateView

from api.payloads import Payload
from realtime.closing import Close
from realtime.protocol import PROTOCOL_VERSION, events
from realtime.registry import handlers

REF = "#/components/schemas/{name}"


def describe_gateway() -> dict[str, Any]:
    """Every frame with its JSON Schema: `{protocol, client, server, closeCodes, components}`."""
    taken, taken_shapes = _schemas([handler.command for handler in handlers.values()])
    sent, sent_shapes = _schemas(list(events.values()))
    for shape in sent_shapes.values():  # every field is always there, also those with a default
        if "properties" in shape:
            shape["required"] = list(shape["properties"])
    return {
        "protocol": PROTOCOL_VERSION,
        "client": [
            {
                "type": handler.name,
                "description": _description(handler.handler),
                "data": taken[handler.command],
                "answers": [name_of_type(answer) for answer in handler.answers],
            }
            for handler in sorted(handlers.values(), key=lambda h: h.name)
        ],
        "server": [
            {"type": type_, "description": _description(cls), "data": sent[cls]}
            for type_, cls in sorted(events.items())
        ],
        "closeCodes": [
            {"code": int(code), "name": code.name, "meaning": code.meaning} for code in Close
        ],
        "components": {"schemas": taken_shapes | sent_shapes},
    }


_QUOTED = re.compile(r"`([^`]+)`")


def _description(documented: object) -> str:
    """The docstring, with fields named as on the wire: `last_seq` → `lastSeq`."""

    def as_on_the_wire(quoted: re.Match[str]) -> str:
        return re.sub(r"(?<=[a-z])_([a-z])(?!.*:)", lambda m: m[1].upper(), quoted[0])

    return _QUOTED.sub(as_on_the_wire, inspect.getdoc(documented) or "")


def _schemas(types: list[type]) -> tuple[dict[type, dict[str, Any]], dict[str, dict[str, Any]]]:
    schemas, shapes = msgspec.json.schema_components(types, ref_template=REF)
    return dict(zip(types, schemas, strict=True)), shapes


def name_of_type(cls: type[Payload]) -> str:
    """The frame type of an event class."""
    return next(type_ for type_, known in events.items() if known is cls)


def gateway_schema(request: HttpRequest) -> JsonResponse:
    """The same for programs, at /docs/ws.json."""
    return JsonResponse(describe_gateway())


class GatewayDocsView(TemplateView):
    """For people."""

    template_name = "docs/ws.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The frames, each with its fields as rows."""
        described = describe_gateway()
        shapes = described["components"]["schemas"]
        frames = described["client"] + described["server"]
        for frame in frames:
            frame["fields"] = _fields(shapes[_name_of(frame["data"])])
            frame["prose"] = _prose_html(frame["description"])
        own = {_name_of(frame["data"]) for frame in frames}
        parts = [
            {
                "name": name,
                "prose": _prose_html(shape.get("description", "")),
                "fields": _fields(shape),
            }
            for name, shape in sorted(shapes.items())
            if name not in own
        ]
        return super().get_context_data(**kwargs) | described | {"shapes": parts}


def _name_of(schema: dict[str, Any]) -> str:
    return str(schema["$ref"].rpartition("/")[2])


def _fields(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = set(schema.get("required", []))
    return [
        {"name": name, "type": _type_html(field), "is_required": name in required}
        for name, field in schema.get("properties", {}).items()
    ]


def _prose_html(text: str) -> SafeString:
    """A description, with what stands in backticks as code."""
    words, codes = text.split("`")[::2], [*text.split("`")[1::2], ""]
    html = format_html_join("", "{}<code>{}</code>", zip(words, codes, strict=True))
    return mark_safe(html.removesuffix("<code></code>"))  # noqa: S308  both parts are escaped


def _type_html(schema: dict[str, Any]) -> SafeString:
    """A field's type, with links to the shapes it is made of."""
    if "$ref" in schema:
        name = _name_of(schema)
        return format_html('<a href="#{}">{}</a>', name, name)
    if "anyOf" in schema:
        return format_html_join(" | ", "{}", [(_type_html(part),) for part in schema["anyOf"]])
    if "enum" in schema:
        return format_html_join(" | ", "“{}”", [(value,) for value in schema["enum"]])
    if schema.get("type") == "array":
        return format_html("[{}]{}", _type_html(schema.get("items", {})), _bounds(schema))
    if isinstance(schema.get("additionalProperties"), dict):
        return format_html("{{…: {}}}", _type_html(schema["additionalProperties"]))
    name = schema.get("format", schema.get("type", "any"))
    return format_html("{}{}", name, _bounds(schema))


BOUNDS = {
    "minLength": "≥ {} long",
    "maxLength": "≤ {} long",
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "maxItems": "≤ {} of them",
}


def _bounds(schema: dict[str, Any]) -> str:
    found = [text.format(schema[key]) for key, text in BOUNDS.items() if key in schema]
    return f" ({', '.join(found)})" if found else ""
