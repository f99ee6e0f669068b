"""Outgoing shapes of servers, their people and the ways in (PROTOCOL.md, "Shapes")."""

from accounts.payloads import person
from api.payloads import Payload, Person, Timestamp, timestamp, timestamp_or_none
from rooms import access
from rooms.access import Permission
from rooms.models import Category as CategoryRow
from rooms.models import Invite as InviteRow
from rooms.models import InviteUse as InviteUseRow
from rooms.models import Sanction
from rooms.models import Server as ServerRow
from rooms.models import ServerMember as MemberRow
from rooms.models import ServerRole as RoleRow


class ServerCounts(Payload):
    """How many a server has."""

    members: int
    channels: int


class Server(Payload):
    """A community."""

    id: str
    name: str
    slug: str
    description: str | None
    icon_url: str | None
    banner_url: str | None
    is_public: bool
    owner_id: str
    owner: Person
    counts: ServerCounts
    created_at: Timestamp
    updated_at: Timestamp


class Member(Payload):
    """A person in a server: `roles` is their built-in role, then the names of those in `role_ids`,
    the highest first. Until `timeout_until` they take no part.
    """

    user: Person
    roles: list[str]
    role_ids: list[str]
    nickname: str | None
    timeout_until: Timestamp | None
    joined_at: Timestamp


class Role(Payload):
    """A role of a server's own making; position 0 stands highest."""

    id: str
    server_id: str
    name: str
    colour: str | None
    position: int
    permissions: list[str]


class Category(Payload):
    """A heading that channels stand under."""

    id: str
    server_id: str
    name: str
    position: int


class Ban(Payload):
    """Somebody who is kept out. `expires_at` is null where it is for good."""

    user: Person
    by: Person | None
    reason: str | None
    expires_at: Timestamp | None
    created_at: Timestamp


class Invite(Payload):
    """A way into a server, for those who look after it."""

    code: str
    url: str
    server_id: str
    inviter: Person
    uses: int
    max_uses: int | None
    expires_at: Timestamp | None
    is_active: bool
    created_at: Timestamp


class InvitePreview(Payload):
    """What somebody with a code may know of the server before they come in."""

    code: str
    server: Server
    inviter: Person
    expires_at: Timestamp | None
    is_member: bool


class InviteUse(Payload):
    """Who came by an invite."""

    user: Person
    at: Timestamp


def server(row: ServerRow) -> Server:
    """A row of `queries.servers_with_counts`."""
    return Server(
        id=str(row.pk),
        name=row.name,
        slug=row.slug,
        description=row.description or None,
        icon_url=row.icon_url or None,
        banner_url=row.banner_url or None,
        is_public=row.is_public,
        owner_id=str(row.owner_id),
        owner=person(row.owner),
        counts=ServerCounts(
            members=getattr(row, "member_count", 0), channels=getattr(row, "channel_count", 0)
        ),
        created_at=timestamp(row.created_at),
        updated_at=timestamp(row.updated_at),
    )


def member(row: MemberRow) -> Member:
    """A row of `queries.members_with_standing`."""
    roles = [given.role for given in row.given.all()]
    return Member(
        user=person(row.user),
        roles=[row.role, *(role.name for role in roles)],
        role_ids=[str(role.pk) for role in roles],
        nickname=row.nickname or None,
        timeout_until=timestamp_or_none(getattr(row, "timeout_until", None)),
        joined_at=timestamp(row.joined_at),
    )


def role(row: RoleRow) -> Role:
    """A role row."""
    return Role(
        id=str(row.pk),
        server_id=str(row.server_id),
        name=row.name,
        colour=row.colour or None,
        position=row.position,
        permissions=access.names_of(Permission(row.permissions)),
    )


def category(row: CategoryRow) -> Category:
    """A category row."""
    return Category(
        id=str(row.pk), server_id=str(row.server_id), name=row.name, position=row.position
    )


def ban(row: Sanction) -> Ban:
    """A ban, with its people."""
    return Ban(
        user=person(row.user),
        by=person(row.by) if row.by else None,
        reason=row.reason or None,
        expires_at=timestamp_or_none(row.until),
        created_at=timestamp(row.created_at),
    )


def invite(row: InviteRow) -> Invite:
    """An invite, with its inviter."""
    return Invite(
        code=row.code,
        url=f"/#/invite/{row.code}",
        server_id=str(row.server_id),
        inviter=person(row.inviter),
        uses=row.uses,
        max_uses=row.max_uses,
        expires_at=timestamp_or_none(row.expires_at),
        is_active=access.is_usable(row),
        created_at=timestamp(row.created_at),
    )


def invite_preview(row: InviteRow, of: ServerRow, is_member: bool) -> InvitePreview:
    """An invite and its server, a row of `queries.servers_with_counts`."""
    return InvitePreview(
        code=row.code,
        server=server(of),
        inviter=person(row.inviter),
        expires_at=timestamp_or_none(row.expires_at),
        is_member=is_member,
    )


def invite_use(row: InviteUseRow) -> InviteUse:
    """A use, with its user."""
    return InviteUse(user=person(row.user), at=timestamp(row.at))
