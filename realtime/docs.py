"""`/docs/ws`: the gateway's frames, generated from the registries that the gateway itself uses."""

import inspect
from typing import Any

import msgspec
from django.http import HttpRequest, JsonResponse
from django.views.generic import TemplateView

from api.payloads import Payload
from realtime.closing import Close
from realtime.protocol import PROTOCOL_VERSION, events
from realtime.registry import handlers

REF = "#/components/schemas/{name}"


def describe_gateway() -> dict[str, Any]:
    """Every frame with its JSON Schema: `{protocol, client, server, closeCodes, components}`."""
    types = [h.command for h in handlers.values()] + list(events.values())
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    schema_of = dict(zip(types, schemas, strict=True))
    return {
        "protocol": PROTOCOL_VERSION,
        "client": [
            {
                "type": handler.name,
                "description": inspect.getdoc(handler.handler) or "",
                "data": schema_of[handler.command],
                "answers": [name_of_type(answer) for answer in handler.answers],
            }
            for handler in sorted(handlers.values(), key=lambda h: h.name)
        ],
        "server": [
            {"type": type_, "description": inspect.getdoc(cls) or "", "data": schema_of[cls]}
            for type_, cls in sorted(events.items())
        ],
        "closeCodes": {code.name: int(code) for code in Close},
        "components": {"schemas": components},
    }


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
        components = described["components"]["schemas"]
        for frame in described["client"] + described["server"]:
            frame["fields"] = _fields(components[frame["data"]["$ref"].rpartition("/")[2]])
        shapes = [{"name": n, "fields": _fields(s)} for n, s in components.items()]
        return super().get_context_data(**kwargs) | described | {"shapes": shapes}


def _fields(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = set(schema.get("required", []))
    return [
        {"name": name, "type": _type_text(field), "is_required": name in required}
        for name, field in schema.get("properties", {}).items()
    ]


def _type_text(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(_type_text(option) for option in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(repr(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"[{_type_text(schema.get('items', {}))}]"
    if "additionalProperties" in schema and isinstance(schema["additionalProperties"], dict):
        return f"{{…: {_type_text(schema['additionalProperties'])}}}"
    return str(schema.get("type", "any"))
