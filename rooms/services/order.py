"""The order of a server's channels, and the categories they stand under."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from api.errors import Conflict, NotFound
from api.hooks import after_commit
from realtime import publish
from rooms import access, payloads, queries
from rooms.events import ServerCategoriesUpdated
from rooms.models import Category, Room, Server
from rooms.services.changes import lock_server, next_version, tell_rooms

MAX_CATEGORIES = 50


@transaction.atomic
def order_channels(actor: User, *, ref: str, places: Sequence[dict[str, Any]]) -> Server:
    """Put channels in their places, all in one call: {id, position, category_id?} each.

    Only channels that the actor sees; others keep theirs. Raises NotFound.
    """
    server = lock_server(access.get_server_to_manage(actor, ref))
    seen = access.visible_rooms(actor).filter(server=server).in_bulk()
    categories = set(queries.list_categories(server.pk).values_list("pk", flat=True))
    moved = []
    for place in places:
        room = seen.get(place["id"])
        if room is None:
            raise NotFound("There is no such channel in this server.")
        category_id = place.get("category_id", room.category_id)
        if category_id is not None and category_id not in categories:
            raise NotFound("There is no such category.")
        if (room.position, room.category_id) != (place["position"], category_id):
            room.position, room.category_id = place["position"], category_id
            moved.append(room)
    _save_and_tell(server, moved)
    return server


@transaction.atomic
def create_category(actor: User, *, ref: str, name: str) -> Category:
    """A new category, the last one."""
    server = lock_server(access.get_server_to_manage(actor, ref))
    count = Category.objects.filter(server=server).count()
    if count >= MAX_CATEGORIES:
        raise Conflict(f"A server has at most {MAX_CATEGORIES} categories.")
    category = Category.objects.create(server=server, name=name, position=count)
    _tell_categories(server.pk)
    return category


@transaction.atomic
def update_category(
    actor: User, *, ref: str, category_id: str, changes: dict[str, Any]
) -> Category:
    """Another name or place; at that place the others make room. No change, no event."""
    server = lock_server(access.get_server_to_manage(actor, ref))
    category = _category(server, category_id)
    is_renamed = changes.get("name", category.name) != category.name
    if is_renamed:
        category.name = changes["name"]
        category.save(update_fields=["name"])
    is_moved = "position" in changes and _put(category, changes["position"])
    if is_renamed or is_moved:
        _tell_categories(server.pk)
    return _category(server, category_id)


def _put(category: Category, place: int) -> bool:
    """Number the categories anew with this one there, or last. Whether any of them moved."""
    others = list(queries.list_categories(category.server_id).exclude(pk=category.pk))
    others.insert(place, category)
    moved = [one for position, one in enumerate(others) if one.position != position]
    for position, one in enumerate(others):
        one.position = position
    Category.objects.bulk_update(moved, ["position"])
    return bool(moved)


@transaction.atomic
def delete_category(actor: User, *, ref: str, category_id: str) -> UUID:
    """Its channels stay, under none."""
    server = lock_server(access.get_server_to_manage(actor, ref))
    category = _category(server, category_id)
    deleted, moved = category.pk, list(category.rooms.filter(deleted_at=None))
    for room in moved:
        room.category_id = None
    _save_and_tell(server, moved)
    category.delete()
    _tell_categories(server.pk)
    return deleted


def _category(server: Server, category_id: str) -> Category:
    wanted = access.as_uuid(category_id)
    found = Category.objects.filter(server=server, pk=wanted).first() if wanted else None
    if found is None:
        raise NotFound("There is no such category.")
    return found


def _save_and_tell(server: Server, moved: Iterable[Room]) -> None:
    rooms = list(moved)
    if not rooms:
        return
    now = timezone.now()
    for room in rooms:
        room.updated_at = now
    Room.objects.bulk_update(rooms, ["position", "category_id", "updated_at"])
    tell_rooms(server, Room.objects.filter(pk__in=[room.pk for room in rooms]))


def _tell_categories(server_id: UUID) -> None:
    event = ServerCategoriesUpdated(
        server_id=str(server_id),
        categories=[payloads.category(one) for one in queries.list_categories(server_id)],
        version=next_version(server_id),
    )
    after_commit(publish.to_server, str(server_id), event)
