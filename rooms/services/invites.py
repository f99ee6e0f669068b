"""Invites: made, revoked, and used exactly as often as they may be."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from api.errors import Conflict
from rooms import access, names
from rooms.access import Permission
from rooms.models import Invite, InviteUse, ServerMember
from rooms.services.changes import lock_server
from rooms.services.members import join_server

MAX_ACTIVE = 200


@transaction.atomic
def create_invite(
    actor: User, *, ref: str, max_uses: int | None = None, expires_in_s: int | None = None
) -> Invite:
    """A new code, from a secure source."""
    server = lock_server(access.get_standing_for(actor, ref, Permission.INVITE).server)
    alive = Invite.objects.filter(server=server, revoked_at=None).exclude(
        expires_at__lte=timezone.now()
    )
    if alive.count() >= MAX_ACTIVE:
        raise Conflict(f"A server has at most {MAX_ACTIVE} invites. Revoke some first.")
    expires_at = None if expires_in_s is None else timezone.now() + timedelta(seconds=expires_in_s)
    for _ in range(5):
        try:
            with transaction.atomic():
                return Invite.objects.create(
                    server=server,
                    inviter=actor,
                    code=names.new_invite_code(),
                    max_uses=max_uses,
                    expires_at=expires_at,
                )
        except IntegrityError:
            continue
    raise Conflict("No free code was found. Try again.")


@transaction.atomic
def revoke_invite(actor: User, *, code: str) -> Invite:
    """Nobody comes in by it any more. Twice is once."""
    invite = access.get_invite_to_manage(actor, code)
    Invite.objects.filter(pk=invite.pk, revoked_at=None).update(revoked_at=timezone.now())
    return invite


@transaction.atomic
def accept_invite(actor: User, *, code: str) -> ServerMember:
    """Come in. Who is in already uses nothing up. Raises Forbidden, Gone, NotFound."""
    server = lock_server(access.get_invite(code).server)
    member = ServerMember.objects.filter(server=server, user=actor).first()
    if member is None:
        invite = access.get_invite_to_use(actor, code)  # as it is under the lock
        Invite.objects.filter(pk=invite.pk).update(uses=F("uses") + 1)
        InviteUse.objects.create(invite=invite, user=actor)
    return join_server(actor, server=server)
