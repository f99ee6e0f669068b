"""Who may look after a server's invites, and which invites still let somebody in."""

from django.utils import timezone

from accounts.models import User
from api.errors import Forbidden, Gone, NotFound
from rooms.access.permissions import Permission
from rooms.access.servers import get_server_for, require_may_join, standing_in
from rooms.models import Invite, Server

MAX_CODE = 16


def is_usable(invite: Invite) -> bool:
    """Whether somebody can still come in by it."""
    is_used_up = invite.max_uses is not None and invite.uses >= invite.max_uses
    has_expired = invite.expires_at is not None and invite.expires_at <= timezone.now()
    return invite.revoked_at is None and not is_used_up and not has_expired


def require_usable(invite: Invite) -> None:
    """Raises Gone."""
    if not is_usable(invite):
        raise Gone("This invite is no longer valid.")


def get_invite(code: str) -> Invite:
    """An invite, for anybody who has its code. Raises NotFound."""
    rows = Invite.objects.select_related("inviter", "server").filter(server__deleted_at=None)
    found = rows.filter(code=code).first() if len(code) <= MAX_CODE and "\0" not in code else None
    if found is None:
        raise NotFound("There is no such invite.")
    return found


def get_invite_to_use(actor: User, code: str) -> Invite:
    """One by which the actor may come in. Raises NotFound, Forbidden, Gone."""
    invite = get_invite(code)
    require_may_join(actor, invite.server)
    require_usable(invite)
    return invite


def get_invite_to_manage(actor: User, code: str) -> Invite:
    """One's own, or any of a server one looks after. Raises NotFound, Forbidden."""
    invite = get_invite(code)
    standing = standing_in(actor, invite.server)
    if standing.facts.server_role is None:
        raise Forbidden("Only those who look after a server see to its invites.")
    if invite.inviter_id != actor.pk:
        standing.require(Permission.MANAGE_SERVER)
    return invite


def get_server_of_invites(actor: User, ref: str) -> Server:
    """A server whose invites the actor sees. Raises NotFound, Forbidden."""
    server = get_server_for(actor, ref)
    standing_in(actor, server).require(Permission.MANAGE_SERVER)
    return server
