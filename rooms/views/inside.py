"""REST of a room's inside: who belongs to it, who is kept out, what its overrides say."""

from datetime import timedelta

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import actor_of
from api.base import ApiViewSet
from api.envelope import Deleted
from api.pagination import paged
from api.responses import deleted, ok
from api.schema import describe
from rooms import access, payloads, queries, services
from rooms.access import Permission
from rooms.serializers import MAX_TIMEOUT_S, OverrideOf, RoomSanction

USUAL_MUTE_S = 60 * 60


class RoomMemberViewSet(ApiViewSet):
    """Who belongs to a room with members of its own."""

    @describe("Who belongs to a room", answer=payloads.Participant, paged=True, errors=(403,))
    def list(self, request: Request, ref: str) -> Response:
        """Who came first first."""
        room = access.get_room_for(actor_of(request), ref, Permission.VIEW)
        return paged(request, queries.list_room_members(room), payloads.room_member)

    @describe("Let somebody into a room", answer=payloads.Participant, errors=(403, 409))
    def update(self, request: Request, ref: str, user_id: str) -> Response:
        """Twice is once."""
        member = services.add_room_member(actor_of(request), ref=ref, user_id=user_id)
        return ok(payloads.room_member(member))

    @describe("Take somebody out of a room", answer=payloads.Room, errors=(403, 409))
    def destroy(self, request: Request, ref: str, user_id: str) -> Response:
        """Their sockets lose it at once."""
        room = services.remove_room_member(actor_of(request), ref=ref, user_id=user_id)
        return ok(payloads.room(room))


class RoomSanctionViewSet(ApiViewSet):
    """Kicks, bans and silence in one room."""

    @describe("Kick from a room", answer=payloads.Room, body=RoomSanction, errors=(403, 409))
    def kick(self, request: Request, ref: str) -> Response:
        """Out, but free to come again."""
        wanted = RoomSanction.read(request)
        room = services.kick_from_room(actor_of(request), ref=ref, user_id=wanted["user_id"])
        return ok(payloads.room(room))

    @describe("Ban from a room", answer=payloads.Room, body=RoomSanction, errors=(403,))
    def ban(self, request: Request, ref: str) -> Response:
        """Out, and kept out for so long, or for good."""
        wanted = RoomSanction.read(request)
        seconds = wanted.get("seconds")
        room = services.ban_from_room(
            actor_of(request),
            ref=ref,
            user_id=wanted["user_id"],
            reason=wanted.get("reason") or "",
            until=timezone.now() + timedelta(seconds=seconds) if seconds else None,
        )
        return ok(payloads.room(room))

    @describe("Silence in a room", answer=payloads.Room, body=RoomSanction, errors=(403,))
    def mute(self, request: Request, ref: str) -> Response:
        """For so long, at most 28 days."""
        wanted = RoomSanction.read(request)
        seconds = min(wanted.get("seconds") or USUAL_MUTE_S, MAX_TIMEOUT_S)
        room = services.mute_in_room(
            actor_of(request),
            ref=ref,
            user_id=wanted["user_id"],
            reason=wanted.get("reason") or "",
            until=timezone.now() + timedelta(seconds=seconds),
        )
        return ok(payloads.room(room))

    @describe("Who is banned from a room", answer=payloads.Ban, paged=True, errors=(403,))
    def list(self, request: Request, ref: str) -> Response:
        """The latest first."""
        room = access.get_room_to_manage(actor_of(request), ref)
        return paged(request, queries.list_bans(room=room), payloads.ban)

    @describe("Pardon somebody in a room", answer=payloads.Room, errors=(403,))
    def destroy(self, request: Request, ref: str, user_id: str) -> Response:
        """Their ban and their silence are over."""
        room = services.pardon_in_room(actor_of(request), ref=ref, user_id=user_id)
        return ok(payloads.room(room))


class OverrideViewSet(ApiViewSet):
    """What a channel allows and denies beyond everybody's standing."""

    @describe("A channel's overrides", answer=payloads.Override, many=True, errors=(403,))
    def list(self, request: Request, ref: str) -> Response:
        """Of built-in standings, of roles, of people; for those who manage the channel."""
        room = access.get_room_to_manage(actor_of(request), ref)
        return ok([payloads.override(row) for row in queries.list_overrides(room)])

    @describe("Set an override", answer=payloads.Override, body=OverrideOf, errors=(403, 409))
    def update(self, request: Request, ref: str, target: str) -> Response:
        """`target`: member (everybody), moderator, or the id of a role or of a person."""
        wanted = OverrideOf.read(request)
        row = services.set_override(
            actor_of(request),
            ref=ref,
            target=target,
            allow=wanted.get("allow", Permission.NONE),
            deny=wanted.get("deny", Permission.NONE),
        )
        return ok(payloads.override(row))

    @describe("Take an override back", answer=Deleted, errors=(403, 409))
    def destroy(self, request: Request, ref: str, target: str) -> Response:
        """Back to what the standing gives."""
        services.clear_override(actor_of(request), ref=ref, target=target)
        return deleted(target)
