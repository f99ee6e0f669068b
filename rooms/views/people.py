"""REST of a server's people: coming, going, standing, bans, timeouts, invites."""

from datetime import timedelta

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import actor_of
from api import limits, params
from api.base import ApiViewSet
from api.envelope import Deleted
from api.pagination import paged
from api.responses import created, deleted, ok
from api.schema import describe, text_parameter
from rooms import access, payloads, queries, services
from rooms.access import Permission
from rooms.models import ServerMember
from rooms.serializers import (
    MAX_TIMEOUT_S,
    MemberChanges,
    NewBan,
    NewInvite,
    NewTimeout,
    Reason,
)


class MemberViewSet(ApiViewSet):
    """The people of a server."""

    @describe(
        "A server's members",
        answer=payloads.Member,
        paged=True,
        query=(text_parameter("q", "Part of a name, username or nickname, literally."),),
        errors=(403,),
    )
    def list(self, request: Request, ref: str) -> Response:
        """Those with a say first, then by who came first. For its members."""
        server = access.get_server_of_member(actor_of(request), ref)
        found = queries.list_members(server, q=params.text(request, "q"))
        return paged(request, found, payloads.member)

    @describe("One member", answer=payloads.Member, errors=(403,))
    def retrieve(self, request: Request, ref: str, user_id: str) -> Response:
        """For the server's members."""
        server = access.get_server_of_member(actor_of(request), ref)
        return self._shown(access.get_member(server, user_id))

    @describe("How you are a member", answer=payloads.Member, errors=(403,))
    def me(self, request: Request, ref: str) -> Response:
        """One's own membership."""
        return self.retrieve(request, ref, str(actor_of(request).pk))

    @describe("Join a public server", answer=payloads.Member, errors=(403,))
    def join(self, request: Request, ref: str) -> Response:
        """By a click; twice is once. A private one is entered by invite."""
        return self._shown(services.join_public_server(actor_of(request), ref=ref))

    @describe("Leave a server", answer=Deleted, errors=(409,))
    def leave(self, request: Request, ref: str) -> Response:
        """Its owner hands it over first."""
        return deleted(services.leave_server(actor_of(request), ref=ref).pk)

    @describe("Change a member", answer=payloads.Member, body=MemberChanges, errors=(403,))
    def update(self, request: Request, ref: str, user_id: str) -> Response:
        """Standing and roles of those below one; one's own nickname."""
        changes = MemberChanges.read(request)
        member = services.update_member(
            actor_of(request), ref=ref, user_id=user_id, changes=changes
        )
        return ok(payloads.member(member))

    @describe("Kick a member", answer=Deleted, body=Reason, errors=(403,))
    def destroy(self, request: Request, ref: str, user_id: str) -> Response:
        """Out, but free to come again."""
        Reason.read(request)
        member = services.kick_member(actor_of(request), ref=ref, user_id=user_id)
        return deleted(member.user_id)

    def _shown(self, member: ServerMember) -> Response:
        return ok(payloads.member(queries.get_member(member.pk)))


class SanctionViewSet(ApiViewSet):
    """Bans and timeouts of a server."""

    @describe("Who is banned", answer=payloads.Ban, paged=True, errors=(403,))
    def list(self, request: Request, ref: str) -> Response:
        """The latest first; for those who may ban."""
        standing = access.get_standing_for(actor_of(request), ref, Permission.BAN)
        return paged(request, queries.list_bans(server=standing.server), payloads.ban)

    @describe("Ban somebody", answer=payloads.Ban, body=NewBan, errors=(403,))
    def ban(self, request: Request, ref: str, user_id: str) -> Response:
        """Out, and kept out; also somebody who is not in. A moment that has passed only kicks."""
        wanted = NewBan.read(request)
        row = services.ban_from_server(
            actor_of(request),
            ref=ref,
            user_id=user_id,
            reason=wanted.get("reason") or "",
            until=wanted.get("expires_at"),
        )
        return ok(payloads.ban(row))

    @describe("End a ban", answer=Deleted, errors=(403,))
    def unban(self, request: Request, ref: str, user_id: str) -> Response:
        """Free to come again."""
        pardoned = services.unban_from_server(actor_of(request), ref=ref, user_id=user_id)
        return deleted(pardoned)

    @describe("Silence a member", answer=payloads.Member, body=NewTimeout, errors=(403,))
    def time_out(self, request: Request, ref: str, user_id: str) -> Response:
        """Until then they read and hear, and say nothing; at most 28 days."""
        wanted, now = NewTimeout.read(request), timezone.now()
        longest = now + timedelta(seconds=MAX_TIMEOUT_S)
        until = wanted.get("until") or now + timedelta(seconds=wanted["seconds"])
        member = services.time_out(
            actor_of(request),
            ref=ref,
            user_id=user_id,
            until=min(until, longest),
            reason=wanted.get("reason") or "",
        )
        return ok(payloads.member(member))

    @describe("Let a member speak again", answer=payloads.Member, errors=(403,))
    def end_timeout(self, request: Request, ref: str, user_id: str) -> Response:
        """Before their time is over."""
        member = services.end_timeout(actor_of(request), ref=ref, user_id=user_id)
        return ok(payloads.member(member))


class InviteViewSet(ApiViewSet):
    """Ways into a server."""

    @describe("A server's invites", answer=payloads.Invite, paged=True, errors=(403,))
    def list(self, request: Request, ref: str) -> Response:
        """Also those of the past, the latest first; for those who manage the server."""
        server = access.get_server_of_invites(actor_of(request), ref)
        return paged(request, queries.list_invites(server), payloads.invite)

    @describe(
        "Make an invite", answer=payloads.Invite, status=201, body=NewInvite, errors=(403, 409)
    )
    def create(self, request: Request, ref: str) -> Response:
        """A code that lets so many people in, for so long."""
        wanted = NewInvite.read(request)
        limits.hit("invite", str(actor_of(request).pk))
        invite = services.create_invite(
            actor_of(request),
            ref=ref,
            max_uses=wanted.get("max_uses"),
            expires_in_s=wanted.get("expires_in_seconds"),
        )
        return created(payloads.invite(invite))

    @describe("Where an invite leads", answer=payloads.InvitePreview, errors=(410,))
    def retrieve(self, request: Request, code: str) -> Response:
        """For anybody who has its code."""
        actor, invite = actor_of(request), access.get_invite(code)
        access.require_usable(invite)
        is_member = actor.memberships.filter(server=invite.server_id).exists()
        server = queries.get_server(invite.server_id)
        return ok(payloads.invite_preview(invite, server, is_member))

    @describe("Come in by an invite", answer=payloads.Member, errors=(403, 410))
    def accept(self, request: Request, code: str) -> Response:
        """Who is in already uses nothing up."""
        return ok(payloads.member(services.accept_invite(actor_of(request), code=code)))

    @describe("Revoke an invite", answer=Deleted, errors=(403,))
    def destroy(self, request: Request, code: str) -> Response:
        """Nobody comes in by it any more."""
        return deleted(services.revoke_invite(actor_of(request), code=code).code)

    @describe("Who came by an invite", answer=payloads.InviteUse, paged=True, errors=(403,))
    def uses(self, request: Request, code: str) -> Response:
        """The latest first; for its maker and those who manage the server."""
        invite = access.get_invite_to_manage(actor_of(request), code)
        return paged(request, queries.list_invite_uses(invite), payloads.invite_use)
