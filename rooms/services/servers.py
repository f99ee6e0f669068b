"""Making, changing, handing over and ending servers."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from api.errors import Conflict, Forbidden
from api.hooks import after_commit
from realtime import publish
from rooms import access, hooks, names, payloads, queries
from rooms.access import Permission
from rooms.events import ServerUpdated
from rooms.models import Role, Room, Server, ServerMember
from rooms.services.changes import (
    keeping_sight_true,
    lock_server,
    next_version,
    raise_access,
    tell_member,
    tell_server,
)

FIELDS = frozenset({"name", "description", "icon_url", "banner_url", "is_public"})


@transaction.atomic
def create_server(
    actor: User, *, name: str, is_default: bool = False, is_public: bool = True, **fields: Any
) -> Server:
    """A server that the actor owns. Raises Forbidden for guests."""
    access.require_may_create_server(actor)
    server = _insert_named(
        Server(name=name, owner=actor, is_default=is_default, is_public=is_public, **fields)
    )
    ServerMember.objects.create(server=server, user=actor, role=Role.OWNER)
    shown = queries.get_server(server.pk)
    event = ServerUpdated(server=payloads.server(shown), version=shown.version)
    after_commit(publish.added, [str(actor.pk)], [], server_id=str(server.pk))
    after_commit(publish.to_user, str(actor.pk), event)
    return shown


def _insert_named(server: Server) -> Server:
    """Insert under the first free slug; the database decides races."""
    slug = names.slug_of(server.name, "server")
    for number in range(1, 30):
        server.slug = names.numbered(slug, number)
        if Server.objects.filter(slug=server.slug).exists():
            continue
        try:
            with transaction.atomic():
                server.save(force_insert=True)
        except IntegrityError:
            if not Server.objects.filter(slug=server.slug).exists():
                raise  # it was something else: a second default server
            server.pk = uuid7()
        else:
            return server
    raise Conflict("No free address was found for this server. Try another name.")


@transaction.atomic
def update_server(actor: User, *, ref: str, changes: dict[str, Any]) -> Server:
    """Change how a server looks. No change, no event. The slug stays: links lead somewhere."""
    server = lock_server(access.get_standing_for(actor, ref, Permission.MANAGE_SERVER).server)
    changed = {
        name: value
        for name, value in changes.items()
        if name in FIELDS and getattr(server, name) != value
    }
    if not changed:
        return queries.get_server(server.pk)
    for name, value in changed.items():
        setattr(server, name, value)
    server.save(update_fields=[*changed, "updated_at"])
    return tell_server(server.pk)


@transaction.atomic
def delete_server(actor: User, *, ref: str, name: str) -> Server:
    """The server and its rooms are gone for everybody; the name must be typed exactly."""
    server = lock_server(access.get_server_of_owner(actor, ref))
    if name != server.name:
        raise Conflict("This is not the server's name. Type it exactly.")
    room_ids = [
        str(pk)
        for pk in Room.objects.filter(server=server, deleted_at=None).values_list("pk", flat=True)
    ]
    now = timezone.now()
    Room.objects.filter(pk__in=room_ids).update(deleted_at=now, updated_at=now)
    raise_access(room_ids)
    server.deleted_at, server.is_default = now, False
    server.save(update_fields=["deleted_at", "is_default", "updated_at"])
    next_version(server.pk)
    after_commit(publish.closed, room_ids, server_id=str(server.pk))
    hooks.rooms_closed.run(room_ids)
    return server


@transaction.atomic
def transfer_server(actor: User, *, ref: str, user_id: UUID) -> Server:
    """Hand a server over to one of its members; who owned it is an admin then."""
    server = lock_server(access.get_server_of_owner(actor, ref))
    if server.owner_id != actor.pk:  # somebody was quicker
        raise Forbidden("Only the owner of a server does this.")
    heir = access.get_member(server, user_id)
    if heir.user.is_guest:
        raise Conflict("A guest cannot own a server.")
    if heir.user_id == actor.pk:
        return queries.get_server(server.pk)
    before = access.get_member(server, actor.pk)
    with keeping_sight_true(server.rooms.filter(deleted_at=None), [heir.user_id, actor.pk]):
        before.role, heir.role = Role.ADMIN, Role.OWNER
        before.save(update_fields=["role"])
        heir.save(update_fields=["role"])
        server.owner = heir.user
        server.save(update_fields=["owner", "updated_at"])
    tell_member(before)
    tell_member(heir)
    return tell_server(server.pk)
