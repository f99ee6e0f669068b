"""Reads of servers and rooms: only rows the actor may see (the filters are access.py's)."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Case, Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.queries import contains
from api.compiled import Compiled, as_id
from api.text import is_blank
from realtime.sources import Head
from rooms import access, hooks
from rooms.models import (
    Category,
    Invite,
    InviteUse,
    MemberRole,
    Role,
    Room,
    RoomHead,
    RoomMember,
    RoomOverride,
    RoomType,
    RoomVisit,
    Sanction,
    SanctionKind,
    Server,
    ServerMember,
    ServerRole,
)

HEADS_AT_ONCE = 5_000  # both databases bound the number of parameters


def list_servers(actor: User, *, q: str = "", only_public: bool = False) -> QuerySet[Server]:
    """Public servers and (else) the actor's own, whose name or description contains `q`; the
    default one first.
    """
    servers = access.visible_servers(actor)
    if only_public:
        servers = servers.filter(is_public=True)
    if not is_blank(q):
        servers = servers.filter(contains("name", q) | contains("description", q))
    return servers_with_counts(servers).order_by("-is_default", "name", "pk")


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
    people = RoomMember.objects.filter(room__type=RoomType.DIRECT).select_related("user")
    return (
        rooms.select_related("head", "created_by")
        .annotate(
            participant_count=_count(RoomMember.objects.filter(room=OuterRef("pk")), "room"),
            voice_count=hooks.voice_count(),
        )
        .prefetch_related(
            Prefetch("memberships", people.order_by("joined_at", "pk"), to_attr="people")
        )
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


def list_own_rooms(actor: User, *, kind: str = "") -> QuerySet[Room]:
    """Rooms the actor belongs to, and calls they were in once: the newest first."""
    banned = access.in_force(SanctionKind.BAN).filter(user=actor).values("room")
    mine = Room.objects.filter(pk__in=actor.room_memberships.values("room")) | Room.objects.filter(
        type=RoomType.CALL, pk__in=actor.visits.values("room")
    )
    if kind:
        mine = mine.filter(type=kind)
    mine = mine.filter(deleted_at=None).exclude(pk__in=banned.exclude(room=None))
    return rooms_with_counts(mine).order_by("-created_at", "-pk")


def list_rooms_of_interest(actor: User) -> QuerySet[Room]:
    """Rooms a person is told about unasked: their servers' and those they belong to."""
    own = Q(pk__in=actor.room_memberships.values("room_id"))
    told = access.visible_rooms(actor).filter(own | Q(server__isnull=False))
    return told.select_related("head").order_by("created_at", "pk")


_HEADS = Compiled(
    lambda person_id: list_rooms_of_interest(User(pk=person_id)).values_list(
        "pk", "head__last_seq", "head__access_version"
    )
)


def heads_of_interest(actor: User) -> dict[str, Head]:
    """The heads of those rooms, asked for by everybody who comes in."""
    return {as_id(room_id): Head(*head) for room_id, *head in _HEADS.rows(actor.pk)}


def members_with_standing(members: QuerySet[ServerMember]) -> QuerySet[ServerMember]:
    """With what `payloads.member` needs."""
    roles = MemberRole.objects.select_related("role").order_by("role__position", "role__pk")
    timeouts = access.in_force(SanctionKind.TIMEOUT).filter(
        server=OuterRef("server"), user=OuterRef("user")
    )
    return (
        members.select_related("user")
        .prefetch_related(Prefetch("given", roles))
        .annotate(timeout_until=Subquery(timeouts.values("until")[:1]))
    )


def list_members(server: Server, *, q: str = "") -> QuerySet[ServerMember]:
    """A server's members, those with a say first, then by who came first; with `q` those whose
    name, username or nickname contains it.
    """
    rank = Case(*(When(role=role, then=place) for place, role in enumerate(Role.values)))
    members = ServerMember.objects.filter(server=server)
    if not is_blank(q):
        names = ("nickname", "user__username", "user__display_name")
        members = members.filter(reduce(or_, (contains(name, q) for name in names)))
    return members_with_standing(members).order_by(rank, "joined_at", "pk")


def get_member(member_id: int) -> ServerMember:
    """One member; whoever asks has been let in by access.py."""
    return members_with_standing(ServerMember.objects.filter(pk=member_id)).get()


def list_roles(server_id: UUID) -> QuerySet[ServerRole]:
    """A server's own roles, the highest first."""
    return ServerRole.objects.filter(server=server_id).order_by("position", "pk")


def list_categories(server_id: UUID) -> QuerySet[Category]:
    """A server's categories, in their order."""
    return Category.objects.filter(server=server_id).order_by("position", "pk")


def list_bans(*, server: Server | None = None, room: Room | None = None) -> QuerySet[Sanction]:
    """Who is kept out of a server, or of a room, now; the latest first."""
    bans = access.in_force(SanctionKind.BAN).filter(server=server, room=room)
    return bans.select_related("user", "by").order_by("-created_at", "-pk")


def list_invites(server: Server) -> QuerySet[Invite]:
    """A server's invites, also those of the past, the latest first."""
    return server.invites.select_related("inviter").order_by("-created_at", "-pk")


def list_invite_uses(invite: Invite) -> QuerySet[InviteUse]:
    """Who came by an invite, the latest first."""
    return invite.used.select_related("user").order_by("-at", "-pk")


def list_overrides(room: Room) -> QuerySet[RoomOverride]:
    """A channel's overrides: of built-in standings, of roles, of people."""
    rows = RoomOverride.objects.filter(room=room).select_related("role", "user")
    kind = Case(When(builtin__gt="", then=0), When(role__isnull=False, then=1), default=2)
    return rows.order_by(kind, "builtin", "role__position", "pk")


def list_room_members(room: Room) -> QuerySet[RoomMember]:
    """Who belongs to a room, who came first first."""
    return room.memberships.select_related("user").order_by("joined_at", "pk")


def list_visits(room: Room) -> QuerySet[RoomVisit]:
    """Every visit to a room, in the order they began."""
    return room.visits.select_related("user").order_by("joined_at", "pk")


def visitors_now(room: Room) -> int:
    """How many are in a room now."""
    return RoomVisit.objects.filter(room=room, left_at=None).count()


def get_room(room_id: UUID) -> Room:
    """One room with its counts; whoever asks has been let in by access.py."""
    return rooms_with_counts(Room.objects.filter(pk=room_id)).get()


def get_server(server_id: UUID) -> Server:
    """One server with its counts; whoever asks has been let in by access.py."""
    return servers_with_counts(Server.objects.filter(pk=server_id)).get()


def participant_count(room: Room) -> int:
    """How many belong to a room."""
    return RoomMember.objects.filter(room=room).count()


def ids_of_readers(room: Room) -> list[str]:
    """Everybody of the room's server who may view it; of one that stands alone its members."""
    if room.server_id is None:
        of_room = RoomMember.objects.filter(room=room).values_list("user_id", flat=True)
        return sorted(str(user_id) for user_id in of_room)
    found = access.readers(access.place_of(room)).values_list("pk", flat=True)
    return sorted(str(user_id) for user_id in found)


def ids_of_partners(actor: User) -> set[str]:
    """Everybody the actor has a direct room with."""
    others = RoomMember.objects.filter(room__in=direct_rooms_of(actor)).exclude(user=actor)
    return {str(user_id) for user_id in others.values_list("user_id", flat=True)}


def direct_rooms_of(person: User) -> QuerySet[Room]:
    """The direct rooms somebody is in."""
    mine = person.room_memberships.values("room")
    return Room.objects.filter(type=RoomType.DIRECT, deleted_at=None, pk__in=mine)


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
