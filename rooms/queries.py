"""Reads of servers and rooms: only rows the actor may see (the filters are access.py's)."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from realtime.sources import Head
from rooms import access
from rooms.models import Room, RoomHead, RoomMember, Server, ServerMember

HEADS_AT_ONCE = 5_000  # both databases bound the number of parameters


def list_servers(actor: User) -> QuerySet[Server]:
    """Public servers and the actor's own, the default one first."""
    return servers_with_counts(access.visible_servers(actor)).order_by("-is_default", "name", "pk")


def list_own_servers(actor: User) -> QuerySet[Server]:
    """The servers the actor is a member of."""
    own = Server.objects.filter(memberships__user=actor, deleted_at=None)
    return servers_with_counts(own).order_by("-is_default", "name", "pk")


def servers_with_counts(servers: QuerySet[Server]) -> QuerySet[Server]:
    """With what `payloads.server` needs."""
    return servers.select_related("owner").annotate(
        member_count=_count(ServerMember.objects.filter(server=OuterRef("pk")), "server"),
        channel_count=_count(Room.objects.filter(server=OuterRef("pk"), deleted_at=None), "server"),
    )


def rooms_with_counts(rooms: QuerySet[Room]) -> QuerySet[Room]:
    """With what `payloads.room` needs."""
    return rooms.select_related("head", "created_by").annotate(
        participant_count=_count(RoomMember.objects.filter(room=OuterRef("pk")), "room")
    )


def _count(
    rows: QuerySet[ServerMember] | QuerySet[Room] | QuerySet[RoomMember], by: str
) -> Coalesce:
    counted = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def list_rooms(
    actor: User, *, kind: str = "", server_id: UUID | None = None, only_channels: bool = False
) -> QuerySet[Room]:
    """Rooms the actor may view: by server and position, those that stand alone last."""
    rooms = access.visible_rooms(actor)
    if kind:
        rooms = rooms.filter(type=kind)
    if server_id is not None:
        rooms = rooms.filter(server_id=server_id)
    if only_channels:
        rooms = rooms.exclude(server=None)
    ordered = rooms_with_counts(rooms)
    return ordered.order_by(
        F("server__created_at").asc(nulls_last=True), "position", "created_at", "pk"
    )


def list_rooms_of_interest(actor: User) -> QuerySet[Room]:
    """Rooms a person is told about unasked: their servers' and those they belong to."""
    mine = access.visible_rooms(actor)
    own = mine.filter(pk__in=actor.room_memberships.values("room_id"))
    in_servers = mine.exclude(server=None)
    return (own | in_servers).select_related("head").order_by("created_at", "pk")


def get_room(room_id: UUID) -> Room:
    """One room with its counts; whoever asks has been let in by access.py."""
    return rooms_with_counts(Room.objects.filter(pk=room_id)).get()


def get_server(server_id: UUID) -> Server:
    """One server with its counts; whoever asks has been let in by access.py."""
    return servers_with_counts(Server.objects.filter(pk=server_id)).get()


def participant_count(room: Room) -> int:
    """How many belong to a room."""
    return RoomMember.objects.filter(room=room).count()


def ids_of_those_who_see_all(server_id: UUID | None) -> list[str]:
    """People who see the private rooms of a server, too."""
    if server_id is None:
        return []
    seers = ServerMember.objects.filter(server_id=server_id, role__in=access.SEES_PRIVATE)
    return [str(user_id) for user_id in seers.values_list("user_id", flat=True)]


def default_server() -> Server | None:
    """The server everybody joins at sign-up."""
    return Server.objects.filter(is_default=True, deleted_at=None).first()


def read_heads(room_ids: Iterable[str]) -> dict[str, Head]:
    """Heads of rooms that are there (for the watch)."""
    wanted = list(room_ids)
    found: dict[str, Head] = {}
    for start in range(0, len(wanted), HEADS_AT_ONCE):
        part = wanted[start : start + HEADS_AT_ONCE]
        rows = RoomHead.objects.filter(room_id__in=part, room__deleted_at=None)
        for room_id, *head in rows.values_list("room_id", "last_seq", "access_version"):
            found[str(room_id)] = Head(*head)
    return found


def read_server_versions(server_ids: Iterable[str]) -> dict[str, int]:
    """Versions of servers (for `pong`)."""
    rows = Server.objects.filter(pk__in=list(server_ids))
    return {str(pk): version for pk, version in rows.values_list("pk", "version")}


def roles_in(room: Room, user_ids: Iterable[str]) -> dict[str, str]:
    """Roles of people in a room or its server; who is not listed is a member."""
    wanted = [UUID(user_id) for user_id in user_ids]
    found: dict[str, str] = {}
    if room.server_id:
        of_server = ServerMember.objects.filter(server_id=room.server_id, user__in=wanted)
        found = {str(user): role for user, role in of_server.values_list("user_id", "role")}
    of_room = RoomMember.objects.filter(room=room, user__in=wanted)
    return found | {str(user): role for user, role in of_room.values_list("user_id", "role")}


def is_slug_free(slug: str) -> bool:
    """Whether no room has or had this slug."""
    return not Room.objects.filter(slug=slug).exists()
