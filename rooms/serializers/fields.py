"""Fields that several inputs of rooms share."""

from typing import Any

from rest_framework import serializers

from api.serializers import StrictString
from rooms import access

DAY_S = 24 * 60 * 60
MAX_BAN_S = 10 * 365 * DAY_S
MAX_TIMEOUT_S = 28 * DAY_S


class PermissionNames(serializers.ListField):
    """Permissions by their lower-case names; becomes a Permission."""

    def __init__(self, among: access.Permission = access.SETTABLE, **options: Any) -> None:
        names = access.names_of(among & access.SETTABLE)
        child = StrictString(pattern=f"^({'|'.join(names)})$")
        super().__init__(child=child, max_length=len(names), **options)

    def to_internal_value(self, data: Any) -> Any:
        """The flags. Raises for another type or name."""
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        return access.of_names(super().to_internal_value(data))
