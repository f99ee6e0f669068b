"""REST of servers and rooms: parse → service or query → response. No rule, no write here."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import actor_of
from accounts.models import User
from api import params
from api.base import ApiViewSet
from api.errors import NotFound, ValidationFailed
from api.pagination import paged
from api.responses import created, ok
from api.schema import describe
from rooms import access, payloads, queries, services
from rooms.access import Permission
from rooms.models import Server
from rooms.serializers import FILTER_PATTERN, NewRoom, read_kind

TYPE_PARAMETER = OpenApiParameter(
    "type", {"type": "string", "pattern": FILTER_PATTERN}, description="Only rooms of this type."
)
SERVER_PARAMETER = OpenApiParameter(
    "serverId",
    {"type": "string", "pattern": f"^({access.USUAL_UUID.pattern})?$"},
    description="Only channels of this server.",
)


class ServerViewSet(ApiViewSet):
    """Communities."""

    @describe("Servers you can see", answer=payloads.Server, paged=True)
    def list(self, request: Request) -> Response:
        """Public servers and one's own."""
        return paged(request, queries.list_servers(actor_of(request)), payloads.server)

    @describe("One server", answer=payloads.Server)
    def retrieve(self, request: Request, ref: str) -> Response:
        """By id or slug."""
        server = access.get_server_for(actor_of(request), ref)
        return ok(payloads.server(queries.get_server(server.pk)))

    @describe("A server's channels, in their order", answer=payloads.Room, many=True)
    def channels(self, request: Request, ref: str) -> Response:
        """Those the person may view; the list comes whole."""
        actor = actor_of(request)
        server = access.get_server_for(actor, ref)
        rooms = queries.list_rooms(actor, server_id=server.pk)
        return ok([payloads.room(room) for room in rooms])


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
        query=(TYPE_PARAMETER, SERVER_PARAMETER),
    )
    def list(self, request: Request) -> Response:
        """Channels of one's servers, open rooms, and rooms one belongs to."""
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

    @describe("Belong to a room", answer=payloads.Room, errors=(403, 409, 410))
    def join(self, request: Request, ref: str) -> Response:
        """An open room, or a call whose code one has."""
        return ok(payloads.room(services.join_room(actor_of(request), ref=ref)))

    @describe("No longer belong to a room", answer=payloads.Room, errors=(403,))
    def leave(self, request: Request, ref: str) -> Response:
        """Its sockets lose the room at once."""
        return ok(payloads.room(services.leave_room(actor_of(request), ref=ref)))


class ChannelViewSet(RoomViewSet):
    """The rooms inside servers, for clients that call them channels."""

    only_channels = True
