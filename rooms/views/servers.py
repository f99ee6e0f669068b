"""REST of servers: parse → service or query → response. No rule, no write here."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import actor_of
from api import limits, params
from api.base import ApiViewSet
from api.envelope import Deleted
from api.pagination import paged
from api.responses import created, deleted, ok
from api.schema import describe, flag_parameter, text_parameter
from rooms import access, payloads, queries, services
from rooms.serializers import (
    CategoryChanges,
    ChannelOrder,
    Heir,
    NewCategory,
    NewRole,
    NewRoom,
    NewServer,
    RoleChanges,
    RoleOrder,
    ServerChanges,
    TypedName,
)

FILTERS = (
    text_parameter("q", "Part of a name or description, literally."),
    flag_parameter("mine", "1: only servers one is a member of."),
    flag_parameter("public", "1: only those that anybody may join."),
)


class ServerViewSet(ApiViewSet):
    """Communities."""

    @describe("Servers you can see", answer=payloads.Server, paged=True, query=FILTERS)
    def list(self, request: Request) -> Response:
        """Public servers and one's own; with `mine=1` only these, with `public=1` only those."""
        actor, q = actor_of(request), params.text(request, "q")
        is_mine, is_public = params.flag(request, "mine"), params.flag(request, "public")
        found = queries.list_servers(actor, q=q, only_public=is_public)
        if is_mine:
            found = found.filter(memberships__user=actor)
        return paged(request, found, payloads.server)

    @describe(
        "Make a server", answer=payloads.Server, status=201, body=NewServer, errors=(403, 409)
    )
    def create(self, request: Request) -> Response:
        """Its maker owns it."""
        wanted = NewServer.read(request)
        limits.hit("server", str(actor_of(request).pk))
        return created(payloads.server(services.create_server(actor_of(request), **wanted)))

    @describe("One server", answer=payloads.Server)
    def retrieve(self, request: Request, ref: str) -> Response:
        """By id or slug."""
        server = access.get_server_for(actor_of(request), ref)
        return ok(payloads.server(queries.get_server(server.pk)))

    @describe("Change a server", answer=payloads.Server, body=ServerChanges, errors=(403,))
    def update(self, request: Request, ref: str) -> Response:
        """What is left out stays; its members hear how it looks."""
        changes = ServerChanges.read(request)
        server = services.update_server(actor_of(request), ref=ref, changes=changes)
        return ok(payloads.server(server))

    @describe("Delete a server", answer=Deleted, body=TypedName, errors=(403, 409))
    def destroy(self, request: Request, ref: str) -> Response:
        """With all its rooms, for everybody; only its owner, who types its name exactly."""
        access.get_server_of_owner(actor_of(request), ref)  # what is not there has no name
        name = TypedName.read(request)["name"]
        return deleted(services.delete_server(actor_of(request), ref=ref, name=name).pk)

    @describe("Hand a server over", answer=payloads.Server, body=Heir, errors=(403, 409))
    def transfer(self, request: Request, ref: str) -> Response:
        """To one of its members; who owned it is an admin then."""
        heir = Heir.read(request)["user_id"]
        return ok(
            payloads.server(services.transfer_server(actor_of(request), ref=ref, user_id=heir))
        )

    @describe("What you may do in a server, and why", answer=payloads.Permissions)
    def permissions(self, request: Request, ref: str) -> Response:
        """In the server as a whole; channels may decide otherwise for themselves."""
        actor = actor_of(request)
        standing = access.standing_in(actor, access.get_server_for(actor, ref))
        return ok(payloads.permissions(standing.decision, access.SETTABLE))

    @describe("A server's channels, in their order", answer=payloads.Room, many=True)
    def channels(self, request: Request, ref: str) -> Response:
        """Those the person may view; the list comes whole."""
        actor = actor_of(request)
        server = access.get_server_for(actor, ref)
        rooms = queries.list_rooms(actor, server_id=server.pk)
        return ok([payloads.room(room) for room in rooms])

    @describe("Make a channel", answer=payloads.Room, status=201, body=NewRoom, errors=(403, 409))
    def create_channel(self, request: Request, ref: str) -> Response:
        """In this server, whatever `serverId` says."""
        wanted = NewRoom.read(request)
        wanted.pop("server_id", None)
        server = access.get_server_to_manage(actor_of(request), ref)
        kind = wanted.pop("type")
        room = services.create_room(actor_of(request), kind=kind, server=server, **wanted)
        return created(payloads.room(room))

    @describe(
        "Order a server's channels",
        answer=payloads.Room,
        many=True,
        body=ChannelOrder,
        errors=(403,),
    )
    def order_channels(self, request: Request, ref: str) -> Response:
        """All that move, in one call; the answer is the new order."""
        places = ChannelOrder.read(request)["channels"]
        server = services.order_channels(actor_of(request), ref=ref, places=places)
        rooms = queries.list_rooms(actor_of(request), server_id=server.pk)
        return ok([payloads.room(room) for room in rooms])


class CategoryViewSet(ApiViewSet):
    """Headings that channels stand under."""

    @describe("A server's categories", answer=payloads.Category, many=True, errors=(403,))
    def list(self, request: Request, ref: str) -> Response:
        """In their order; the list comes whole. For its members."""
        server = access.get_server_of_member(actor_of(request), ref)
        return ok([payloads.category(row) for row in queries.list_categories(server.pk)])

    @describe(
        "Make a category", answer=payloads.Category, status=201, body=NewCategory, errors=(403, 409)
    )
    def create(self, request: Request, ref: str) -> Response:
        """The last one."""
        name = NewCategory.read(request)["name"]
        return created(
            payloads.category(services.create_category(actor_of(request), ref=ref, name=name))
        )

    @describe("Change a category", answer=payloads.Category, body=CategoryChanges, errors=(403,))
    def update(self, request: Request, ref: str, category_id: str) -> Response:
        """Another name or place."""
        changes = CategoryChanges.read(request)
        row = services.update_category(
            actor_of(request), ref=ref, category_id=category_id, changes=changes
        )
        return ok(payloads.category(row))

    @describe("Delete a category", answer=Deleted, errors=(403,))
    def destroy(self, request: Request, ref: str, category_id: str) -> Response:
        """Its channels stay."""
        return deleted(
            services.delete_category(actor_of(request), ref=ref, category_id=category_id)
        )


class RoleViewSet(ApiViewSet):
    """A server's own roles."""

    @describe("A server's own roles", answer=payloads.Role, many=True, errors=(403,))
    def list(self, request: Request, ref: str) -> Response:
        """The highest first; the list comes whole. For its members."""
        server = access.get_server_of_member(actor_of(request), ref)
        return ok([payloads.role(row) for row in queries.list_roles(server.pk)])

    @describe("Make a role", answer=payloads.Role, status=201, body=NewRole, errors=(403, 409))
    def create(self, request: Request, ref: str) -> Response:
        """The lowest one. Nobody gives what they lack."""
        wanted = NewRole.read(request)
        role = services.create_role(
            actor_of(request),
            ref=ref,
            name=wanted["name"],
            colour=wanted.get("colour", ""),
            permissions=wanted.get("permissions", access.Permission.NONE),
        )
        return created(payloads.role(role))

    @describe("Change a role", answer=payloads.Role, body=RoleChanges, errors=(403, 409))
    def update(self, request: Request, ref: str, role_id: str) -> Response:
        """Only roles below one's own standing."""
        changes = RoleChanges.read(request)
        row = services.update_role(actor_of(request), ref=ref, role_id=role_id, changes=changes)
        return ok(payloads.role(row))

    @describe("Delete a role", answer=Deleted, errors=(403,))
    def destroy(self, request: Request, ref: str, role_id: str) -> Response:
        """Who had it loses what it gave."""
        return deleted(services.delete_role(actor_of(request), ref=ref, role_id=role_id))

    @describe(
        "Order a server's roles", answer=payloads.Role, many=True, body=RoleOrder, errors=(403, 409)
    )
    def order(self, request: Request, ref: str) -> Response:
        """Every role once, the highest first."""
        role_ids = RoleOrder.read(request)["role_ids"]
        rows = services.order_roles(actor_of(request), ref=ref, role_ids=role_ids)
        return ok([payloads.role(row) for row in rows])
