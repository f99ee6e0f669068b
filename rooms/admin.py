"""Servers and rooms in Django's admin, to look at. Moderation gets its own pages later."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from rooms.models import Room, Server


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Writes go through services; this door only shows."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """No."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False


@admin.register(Server)
class ServerAdmin(ReadOnlyAdmin):
    """Servers."""

    list_display = ("name", "slug", "owner", "is_public", "is_default", "created_at")
    search_fields = ("name", "slug")


@admin.register(Room)
class RoomAdmin(ReadOnlyAdmin):
    """Rooms."""

    list_display = ("__str__", "type", "server", "is_private", "created_by", "created_at")
    list_filter = ("type", "is_private")
    search_fields = ("name", "slug", "code")
