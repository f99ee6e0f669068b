"""How the OpenAPI schema calls our way of authenticating, and time zones (a long list, once)."""

# drf-spectacular annotates only a part of itself.
# mypy: disable-error-code="no-untyped-call"

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema


class BearerScheme(OpenApiAuthenticationExtension):
    """The schema's word for it."""

    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """A bearer token that is a JWT."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class TimezoneSchema(OpenApiSerializerFieldExtension):
    """A component of its own."""

    target_class = "accounts.serializers.TimezoneName"

    def get_name(self) -> str:
        """The component's name."""
        return "Timezone"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        """One of the names."""
        return {"type": "string", "enum": list(self.target.choices)}
