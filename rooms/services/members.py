"""Coming into a server, going, and how one stands there."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from api.errors import Conflict, Forbidden, NotFound
from api.hooks import after_commit
from realtime import publish
from rooms import access, hooks, payloads, queries
from rooms.access import OF_STANDING, RANKS, Permission, Standing
from rooms.events import ServerMemberJoined, ServerMemberLeft, ServerUpdated
from rooms.models import MemberRole, Role, Room, Server, ServerMember, ServerRole
from rooms.services.changes import (
    cut,
    keeping_sight_true,
    let_out,
    lock_server,
    next_version,
    tell_member,
    tell_rooms,
)


@transaction.atomic
def join_server(actor: User, *, server: Server) -> ServerMember:
    """Become a member. Twice is once. Raises Forbidden for the banned."""
    server = lock_server(server)
    access.require_may_join(actor, server)
    found = ServerMember.objects.filter(server=server, user=actor).first()
    if found is not None:
        return queries.get_member(found.pk)
    created = ServerMember.objects.create(server=server, user=actor)
    member, version = queries.get_member(created.pk), next_version(server.pk)
    seen = access.visible_rooms(actor).filter(server=server).order_by("created_at", "pk")
    rooms = [str(pk) for pk in seen.values_list("pk", flat=True)]
    hooks.member_added.run(str(actor.pk), rooms)
    event = ServerMemberJoined(
        server_id=str(server.pk), member=payloads.member(member), version=version
    )
    shown = ServerUpdated(server=payloads.server(queries.get_server(server.pk)), version=version)
    after_commit(publish.to_server, str(server.pk), event)
    after_commit(publish.added, [str(actor.pk)], rooms, server_id=str(server.pk))
    after_commit(publish.to_user, str(actor.pk), shown)
    return member


@transaction.atomic
def join_public_server(actor: User, *, ref: str) -> ServerMember:
    """By a click. A private server is entered by invite only; whoever is in one is in."""
    return join_server(actor, server=access.get_server_for(actor, ref))


@transaction.atomic
def leave_server(actor: User, *, ref: str) -> Server:
    """Leave. Raises Conflict for the owner, NotFound for who is not in it."""
    server = lock_server(access.get_server_for(actor, ref))
    remove_from_server(access.get_member(server, actor.pk), reason="left")
    return server


@transaction.atomic
def remove_from_server(member: ServerMember, *, reason: str) -> None:
    """End a membership: the person loses the server and every room of it, on every process."""
    server, user = lock_server(member.server), member.user
    if server.owner_id == user.pk:
        raise Conflict("The owner cannot leave. Hand the server over first.")
    rooms = Room.objects.filter(server=server)
    shown = queries.get_member(member.pk)
    left = let_out(rooms, user)
    member.delete()
    room_ids = list(rooms.filter(deleted_at=None).values_list("pk", flat=True))
    cut(room_ids=room_ids, user=user, reason=reason, server_id=str(server.pk))
    event = ServerMemberLeft(
        server_id=str(server.pk), member=payloads.member(shown), version=next_version(server.pk)
    )
    after_commit(publish.to_server, str(server.pk), event)
    if left:
        tell_rooms(server, rooms.filter(pk__in=left, deleted_at=None))


@transaction.atomic
def update_member(actor: User, *, ref: str, user_id: str, changes: dict[str, Any]) -> ServerMember:
    """Standing, custom roles, nickname. One's own nickname is everybody's to choose."""
    server = lock_server(access.get_server_of_member(actor, ref))
    member = access.get_member(server, user_id)
    standing = access.standing_in(actor, server)
    wanted = _changed(member, changes)
    _require_may_change(standing, actor, member, wanted)
    if not wanted:
        return queries.get_member(member.pk)
    rooms = server.rooms.filter(deleted_at=None)
    if wanted.keys() == {"nickname"}:
        rooms = rooms.none()
    with keeping_sight_true(rooms, [member.user_id]):
        if "role_ids" in wanted:
            _give(standing, member, wanted["role_ids"])
        for name in wanted.keys() & {"role", "nickname"}:
            setattr(member, name, wanted[name])
        member.save(update_fields=sorted(wanted.keys() & {"role", "nickname"}))
    return tell_member(member)


def _changed(member: ServerMember, changes: dict[str, Any]) -> dict[str, Any]:
    given = set(MemberRole.objects.filter(member=member).values_list("role_id", flat=True))
    now = {"role": member.role, "nickname": member.nickname, "role_ids": given}
    wanted = {name: value for name, value in changes.items() if name in now}
    if "role_ids" in wanted:
        wanted["role_ids"] = set(wanted["role_ids"])
    return {name: value for name, value in wanted.items() if value != now[name]}


def _require_may_change(
    standing: Standing, actor: User, member: ServerMember, wanted: dict[str, Any]
) -> None:
    is_self = actor.pk == member.user_id
    other = access.standing_in(member.user, standing.server)
    if "nickname" in wanted and not is_self:
        standing.require(Permission.MANAGE_SERVER)
        standing.require_above(other)
    if "role_ids" in wanted:
        standing.require(Permission.MANAGE_ROLES)
        if not is_self:
            standing.require_above(other)
    if "role" in wanted:
        if wanted["role"] == Role.OWNER or member.role == Role.OWNER:
            raise Forbidden("A server is handed over, not given by a role.")
        standing.require(Permission.MANAGE_ROLES)
        standing.require_above(other)
        standing.require_above((RANKS[wanted["role"]], 0))
        standing.require_has(OF_STANDING[wanted["role"]])


def _give(standing: Standing, member: ServerMember, role_ids: Collection[UUID]) -> None:
    """The custom roles that a member has from now on; the actor stands above each that changes."""
    given = set(MemberRole.objects.filter(member=member).values_list("role_id", flat=True))
    roles = ServerRole.objects.filter(server=member.server_id).in_bulk([*role_ids, *given])
    if set(role_ids) - roles.keys():
        raise NotFound("There is no such role in this server.")
    for role_id in given ^ set(role_ids):
        standing.require_above(access.height_of_role(roles[role_id].position))
        if role_id in role_ids:
            standing.require_has(Permission(roles[role_id].permissions))
    MemberRole.objects.filter(member=member).exclude(role__in=role_ids).delete()
    MemberRole.objects.bulk_create(
        MemberRole(member=member, role=roles[role_id]) for role_id in set(role_ids) - given
    )


def join_default_server(person: User) -> None:
    """At sign-up (accounts' hook, inside its transaction)."""
    server = queries.default_server()
    if server is not None:
        try:
            join_server(person, server=server)
        except NotFound:  # it was deleted just now
            return
