"""Addresses of servers and rooms, below /api/v1."""

from typing import Any

from django.urls import path

from rooms.views import ChannelViewSet, RoomViewSet, ServerViewSet

ALL: dict[str, Any] = {"get": "list", "post": "create"}
ONE: dict[str, Any] = {"get": "retrieve"}

urlpatterns = [
    path("servers", ServerViewSet.as_view({"get": "list"})),
    path("servers/<str:ref>", ServerViewSet.as_view({"get": "retrieve"})),
    path("servers/<str:ref>/channels", ServerViewSet.as_view({"get": "channels"})),
    path("rooms", RoomViewSet.as_view(ALL)),
    path("rooms/<str:ref>", RoomViewSet.as_view(ONE)),
    path("rooms/<str:ref>/join", RoomViewSet.as_view({"post": "join"})),
    path("rooms/<str:ref>/leave", RoomViewSet.as_view({"post": "leave"})),
    path("channels", ChannelViewSet.as_view(ALL)),
    path("channels/<str:ref>", ChannelViewSet.as_view(ONE)),
]
