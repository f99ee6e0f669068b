"""REST of rooms: parse → service or query → response. No rule, no write here."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import actor_of
from accounts.models import User
from accounts.queries import get_person
from api import params
from api.base import ApiViewSet
from api.envelope import Deleted, PageMeta
from api.errors import NotFound, ValidationFailed
from api.pagination import MAX_PAGE, paged
from api.responses import created, deleted, ok
from api.schema import describe, flag_parameter, integer_parameter
from rooms import access, payloads, queries, services
from rooms.access import Permission
from rooms.models import Server
from rooms.serializers import FILTER_PATTERN, NewRoom, People, RoomChanges, read_kind

TYPE_PARAMETER = OpenApiParameter(
    "type", {"type": "string", "pattern": FILTER_PATTERN}, description="Only rooms of this type."
)
SERVER_PARAMETER = OpenApiParameter(
    "serverId",
    {"type": "string", "pattern": f"^({access.USUAL_UUID.pattern})?$"},
    description="Only channels of this server.",
)
USER_PARAMETER = OpenApiParameter(
    "userId",
    {"type": "string", "pattern": f"^({access.USUAL_UUID.pattern})?$"},
    description="Somebody else, for those who manage the room.",
)
MINE_PARAMETER = flag_parameter("mine", "1: only one's own rooms.")
MAX_VISITS = 1000  # on a page


class RoomViewSet(ApiViewSet):
    """Rooms: channels of servers and rooms that stand alone."""

    only_channels = False

    def get_permissions(self) -> list[BasePermission]:
        """A call's code opens a small window for those without an account."""
        return [AllowAny()] if self.action == "retrieve" else [IsAuthenticated()]

    @describe(
        "Rooms you can see",
        answer=payloads.Room,
        paged=True,
        query=(TYPE_PARAMETER, SERVER_PARAMETER, MINE_PARAMETER),
    )
    def list(self, request: Request) -> Response:
        """Channels of one's servers, open rooms, and rooms one belongs to. With `mine=1` only those
        one belongs to and the calls one was in, the newest first.
        """
        if params.flag(request, "mine"):
            kind = read_kind(params.text(request, "type"))
            mine = queries.list_own_rooms(actor_of(request), kind=kind)
            return paged(request, mine, payloads.room)
        server_id = params.text(request, "serverId")
        if server_id and access.as_uuid(server_id) is None:
            raise ValidationFailed.of("serverId", "invalid", "serverId must be an id.")
        rooms = queries.list_rooms(
            actor_of(request),
            kind=read_kind(params.text(request, "type")),
            server_id=access.as_uuid(server_id),
            only_channels=self.only_channels,
        )
        return paged(request, rooms, payloads.room)

    @describe("Make a room", answer=payloads.Room, status=201, body=NewRoom, errors=(403, 404, 409))
    def create(self, request: Request) -> Response:
        """A channel of a server, or a room that stands alone."""
        actor = actor_of(request)
        wanted: dict[str, Any] = NewRoom.read(request)
        server = self._server_for(actor, wanted.pop("server_id", None))
        room = services.create_room(actor, kind=wanted.pop("type"), server=server, **wanted)
        return created(payloads.room(room))

    def _server_for(self, actor: User, server_id: Any) -> Server | None:
        """Where the room goes: `channels` without a server means the default one."""
        if server_id is None and self.only_channels:
            default = queries.default_server()
            if default is None:
                raise NotFound("There is no default server. Name one as serverId.")
            server_id = default.pk
        return None if server_id is None else access.get_server_to_manage(actor, server_id)

    @describe("One room", answer=payloads.Room | payloads.CallPreview, public=True)
    def retrieve(self, request: Request, ref: str) -> Response:
        """By id, slug or code. Without a token only a call, by its code, in a few words."""
        if request.user is None:
            call = access.get_call_by_code(ref)
            return ok(payloads.call_preview(call, queries.participant_count(call)))
        room = access.get_room_for(actor_of(request), ref, Permission.FIND)
        return ok(payloads.room(queries.get_room(room.pk)))

    @describe("Change a room", answer=payloads.Room, body=RoomChanges, errors=(403,))
    def update(self, request: Request, ref: str) -> Response:
        """What is left out stays; everybody who sees the room hears how it looks."""
        changes = RoomChanges.read(request)
        room = services.update_room(actor_of(request), ref=ref, changes=changes)
        return ok(payloads.room(room))

    @describe("Delete a room", answer=Deleted, errors=(403,))
    def destroy(self, request: Request, ref: str) -> Response:
        """For everybody, for good."""
        return deleted(services.delete_room(actor_of(request), ref=ref).pk)

    @describe("Belong to a room", answer=payloads.Room, errors=(403, 409, 410))
    def join(self, request: Request, ref: str) -> Response:
        """An open room, or a call whose code one has."""
        return ok(payloads.room(services.join_room(actor_of(request), ref=ref)))

    @describe("No longer belong to a room", answer=payloads.Room, errors=(403, 409))
    def leave(self, request: Request, ref: str) -> Response:
        """Its sockets lose the room at once."""
        return ok(payloads.room(services.leave_room(actor_of(request), ref=ref)))

    @describe("End a call", answer=payloads.Room, errors=(403, 409))
    def end(self, request: Request, ref: str) -> Response:
        """For everybody; nobody comes in or writes any more. Twice is once."""
        return ok(payloads.room(services.end_call(actor_of(request), ref=ref)))

    @describe(
        "Talk with people directly",
        answer=payloads.Room,
        status=201,
        also=200,
        body=People,
        errors=(403, 404, 409),
    )
    def direct(self, request: Request) -> Response:
        """The room of exactly these people: 201 where it is new, else 200."""
        wanted = People.read(request)
        room, is_new = services.open_direct(actor_of(request), user_ids=wanted["user_ids"])
        return created(payloads.room(room)) if is_new else ok(payloads.room(room))

    @describe(
        "Who was in a room, visit by visit",
        answer=payloads.Participant,
        many=True,
        meta=PageMeta,
        query=(integer_parameter("page", "Which thousand, from 1.", 1, MAX_PAGE),),
        errors=(403,),
    )
    def participants(self, request: Request, ref: str) -> Response:
        """In the order they came; whole, in pages of a thousand."""
        room = access.get_room_for(actor_of(request), ref, Permission.VIEW)
        page = params.integer(request, "page", default=1, minimum=1, maximum=MAX_PAGE)
        visits, start = queries.list_visits(room), (page - 1) * MAX_VISITS
        total = visits.count()
        found = visits[start : start + MAX_VISITS] if start < total else []
        meta = PageMeta(
            page=page, limit=MAX_VISITS, total=total, total_pages=-(-total // MAX_VISITS)
        )
        return ok([payloads.participant(visit) for visit in found], meta=meta)

    @describe(
        "What you may do in a room, and why",
        answer=payloads.Permissions,
        query=(USER_PARAMETER,),
        errors=(403,),
    )
    def permissions(self, request: Request, ref: str) -> Response:
        """Of others (`userId`) for those who manage the room."""
        actor, user_id = actor_of(request), params.text(request, "userId")
        if user_id and access.as_uuid(user_id) is None:
            raise ValidationFailed.of("userId", "invalid", "userId must be an id.")
        person = get_person(user_id) if user_id else actor
        decision = access.decide_for(actor, person, ref)
        return ok(payloads.permissions(decision, access.OF_ROOM))


class ChannelViewSet(RoomViewSet):
    """The rooms inside servers, for clients that call them channels."""

    only_channels = True
