"""Addresses of servers and rooms, below /api/v1."""

from typing import Any

from django.urls import path

from rooms import views

ALL: dict[str, Any] = {"get": "list", "post": "create"}
CHANGE: dict[str, Any] = {"put": "update", "patch": "update", "delete": "destroy"}
ONE: dict[str, Any] = {"get": "retrieve", **CHANGE}
SET: dict[str, Any] = {"put": "update", "delete": "destroy"}
BANS: dict[str, Any] = {"put": "ban", "delete": "unban"}
TIMEOUTS: dict[str, Any] = {"put": "time_out", "delete": "end_timeout"}
ME: dict[str, Any] = {"get": "me", "put": "join", "delete": "leave"}

servers, rooms = views.ServerViewSet, views.RoomViewSet
members, sanctions = views.MemberViewSet, views.SanctionViewSet
roles, categories = views.RoleViewSet, views.CategoryViewSet
invites, inside = views.InviteViewSet, views.RoomSanctionViewSet

urlpatterns = [
    path("servers", servers.as_view(ALL)),
    path("servers/<str:ref>", servers.as_view(ONE)),
    path("servers/<str:ref>/transfer", servers.as_view({"post": "transfer"})),
    path("servers/<str:ref>/permissions", servers.as_view({"get": "permissions"})),
    path(
        "servers/<str:ref>/channels",
        servers.as_view({"get": "channels", "post": "create_channel"}),
    ),
    path("servers/<str:ref>/channels/order", servers.as_view({"put": "order_channels"})),
    path("servers/<str:ref>/categories", categories.as_view(ALL)),
    path("servers/<str:ref>/categories/<str:category_id>", categories.as_view(CHANGE)),
    path("servers/<str:ref>/members", members.as_view({"get": "list"})),
    path("servers/<str:ref>/members/me", members.as_view(ME)),
    path("servers/<str:ref>/members/<str:user_id>", members.as_view(ONE)),
    path("servers/<str:ref>/roles", roles.as_view(ALL)),
    path("servers/<str:ref>/roles/order", roles.as_view({"put": "order"})),
    path("servers/<str:ref>/roles/<str:role_id>", roles.as_view(CHANGE)),
    path("servers/<str:ref>/bans", sanctions.as_view({"get": "list"})),
    path("servers/<str:ref>/bans/<str:user_id>", sanctions.as_view(BANS)),
    path("servers/<str:ref>/timeouts/<str:user_id>", sanctions.as_view(TIMEOUTS)),
    path("servers/<str:ref>/invites", invites.as_view(ALL)),
    path("invites/<str:code>", invites.as_view({"get": "retrieve", "delete": "destroy"})),
    path("invites/<str:code>/accept", invites.as_view({"post": "accept"})),
    path("invites/<str:code>/uses", invites.as_view({"get": "uses"})),
    path("rooms", rooms.as_view(ALL)),
    path("rooms/direct", rooms.as_view({"post": "direct"})),
    path("rooms/<str:ref>", rooms.as_view(ONE)),
    path("rooms/<str:ref>/join", rooms.as_view({"post": "join"})),
    path("rooms/<str:ref>/leave", rooms.as_view({"post": "leave"})),
    path("rooms/<str:ref>/end", rooms.as_view({"post": "end"})),
    path("rooms/<str:ref>/participants", rooms.as_view({"get": "participants"})),
    path("rooms/<str:ref>/permissions", rooms.as_view({"get": "permissions"})),
    path("rooms/<str:ref>/members", views.RoomMemberViewSet.as_view({"get": "list"})),
    path("rooms/<str:ref>/members/<str:user_id>", views.RoomMemberViewSet.as_view(SET)),
    path("rooms/<str:ref>/kick", inside.as_view({"post": "kick"})),
    path("rooms/<str:ref>/ban", inside.as_view({"post": "ban"})),
    path("rooms/<str:ref>/mute", inside.as_view({"post": "mute"})),
    path("rooms/<str:ref>/bans", inside.as_view({"get": "list"})),
    path("rooms/<str:ref>/bans/<str:user_id>", inside.as_view({"delete": "destroy"})),
    path("rooms/<str:ref>/overrides", views.OverrideViewSet.as_view({"get": "list"})),
    path("rooms/<str:ref>/overrides/<str:target>", views.OverrideViewSet.as_view(SET)),
    path("channels", views.ChannelViewSet.as_view(ALL)),
    path("channels/<str:ref>", views.ChannelViewSet.as_view(ONE)),
]
