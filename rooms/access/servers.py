"""Who may do what in a server as a whole, and to whom.

Nobody acts on somebody of equal or higher standing, and nobody gives what they lack.
"""

from typing import NamedTuple
from uuid import UUID

from accounts.models import User
from api.errors import Forbidden, NotFound
from rooms.access.facts import facts_in_server
from rooms.access.permissions import RANKS, Permission
from rooms.access.refs import as_uuid
from rooms.access.rule import Decision, Facts, decide_in_server
from rooms.access.sight import in_force, visible_servers
from rooms.models import Role, SanctionKind, Server, ServerMember, ServerRole

NO_CUSTOM_ROLE = -1_000_000


class Standing(NamedTuple):
    """A person in a server. Compare `height`: the owner stands highest, then admins, moderators,
    members by the highest of their custom roles, plain members, those outside.
    """

    server: Server
    facts: Facts
    height: tuple[int, int]
    decision: Decision

    @property
    def permissions(self) -> Permission:
        """What they may do in the server as a whole."""
        return self.decision.allowed

    def require(self, permission: Permission) -> None:
        """Raises Forbidden."""
        if self.permissions & permission != permission:
            raise Forbidden("You may not do this in this server.")

    def require_above(self, other: "Standing | tuple[int, int]") -> None:
        """Raises Forbidden where the other stands as high or higher."""
        height = other.height if isinstance(other, Standing) else other
        if self.height <= height:
            raise Forbidden("You may not do this to somebody of equal or higher standing.")

    def require_has(self, permissions: Permission) -> None:
        """Nobody gives (or takes) what they lack. Raises Forbidden."""
        if permissions & ~self.permissions:
            raise Forbidden("You cannot give a permission that you do not have.")


def standing_in(user: User, server: Server) -> Standing:
    """How a person stands in a server (four queries)."""
    facts = facts_in_server(user.pk, server)
    highest = NO_CUSTOM_ROLE
    if facts.roles:
        position = ServerRole.objects.values_list("position", flat=True)
        highest = height_of_role(position.get(pk=facts.roles[0].id))[1]
    rank = RANKS[facts.server_role] if facts.server_role else -1  # type: ignore[index]
    # Between those of one built-in rank above members no custom role makes a difference.
    height = (rank, highest if rank == RANKS[Role.MEMBER] else 0)
    return Standing(server, facts, height, decide_in_server(facts))


def height_of_role(position: int) -> tuple[int, int]:
    """How high a member with this custom role stands; position 0 is the highest."""
    return RANKS[Role.MEMBER], -position


def get_server_for(actor: User, server_id: UUID | str) -> Server:
    """A server the actor may see: public ones and their own."""
    ref, wanted = str(server_id), as_uuid(server_id)
    servers = visible_servers(actor)
    found = servers.filter(pk=wanted) if wanted else servers.filter(slug=ref)
    server = found.first() if "\0" not in ref else None
    if server is None:
        raise NotFound("There is no such server.")
    return server


def get_server_of_member(actor: User, server_id: UUID | str) -> Server:
    """A server whose people the actor may see: they are one of them."""
    server = get_server_for(actor, server_id)
    if not ServerMember.objects.filter(server=server, user=actor).exists():
        raise Forbidden("Only its members see who is in a server.")
    return server


def get_standing_for(actor: User, server_id: UUID | str, permission: Permission) -> Standing:
    """How the actor stands in a server where they may do this. Raises NotFound, Forbidden."""
    standing = standing_in(actor, get_server_for(actor, server_id))
    standing.require(permission)
    return standing


def get_server_to_manage(actor: User, server_id: UUID | str) -> Server:
    """A server whose channels the actor may make and order."""
    return get_standing_for(actor, server_id, Permission.MANAGE_ROOM).server


def get_server_of_owner(actor: User, server_id: UUID | str) -> Server:
    """What only its owner does with a server."""
    server = get_server_for(actor, server_id)
    if server.owner_id != actor.pk:
        raise Forbidden("Only the owner of a server does this.")
    return server


def require_may_join(actor: User, server: Server) -> None:
    """Who is banned stays outside."""
    ban = in_force(SanctionKind.BAN).filter(server=server, user=actor).first()
    if ban is not None:
        reason = f" ({ban.reason})" if ban.reason else ""
        raise Forbidden(f"You are banned from this server{reason}.")


def require_may_create_server(actor: User) -> None:
    """Servers are for registered people."""
    if actor.is_guest:
        raise Forbidden("Guests cannot make servers. Register first.")


def get_member(server: Server, user_id: UUID | str) -> ServerMember:
    """A member of a server that the actor has been let into. Raises NotFound."""
    wanted = as_uuid(user_id)
    rows = ServerMember.objects.select_related("user", "server")
    found = rows.filter(server=server, user=wanted).first() if wanted else None
    if found is None:
        raise NotFound("There is no such member.")
    return found


def get_member_to_act_on(
    actor: User, server_id: UUID | str, user_id: UUID | str, permission: Permission
) -> ServerMember:
    """A member below the actor, to whom they may do this. Raises NotFound, Forbidden."""
    standing = standing_in(actor, get_server_of_member(actor, server_id))
    member = get_member(standing.server, user_id)
    standing.require(permission)
    standing.require_above(standing_in(member.user, standing.server))
    return member


def get_role(server: Server, role_id: UUID | str) -> ServerRole:
    """A custom role of a server that the actor has been let into. Raises NotFound."""
    wanted = as_uuid(role_id)
    found = ServerRole.objects.filter(server=server, pk=wanted).first() if wanted else None
    if found is None:
        raise NotFound("There is no such role.")
    return found
