"""How fields of voice's own stand in the OpenAPI schema (drf-spectacular finds these by import)."""

# drf-spectacular annotates only a part of itself.
# mypy: disable-error-code="no-untyped-call"

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema


class OrtcSchema(OpenApiSerializerFieldExtension):
    """An object whose shape is mediasoup's."""

    target_class = "voice.serializers.Ortc"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        """Any object."""
        return {"type": "object", "additionalProperties": True}


class NumberSchema(OpenApiSerializerFieldExtension):
    """A number within bounds."""

    target_class = "voice.serializers.Number"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        """A number."""
        return {
            "type": "number",
            "minimum": self.target.minimum,
            "maximum": self.target.maximum,
        }
