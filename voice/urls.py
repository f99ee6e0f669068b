"""Addresses of voice, below /api/v1."""

from typing import Any

from django.urls import path

from voice import views, whip

about, transports, states = views.AboutViewSet, views.TransportViewSet, views.StateViewSet
producers, consumers = views.ProducerViewSet, views.ConsumerViewSet
sessions, metrics = views.SessionViewSet, views.MetricsViewSet

SESSION: dict[str, Any] = {
    "get": "retrieve",
    "patch": "update",
    "put": "update",
    "delete": "destroy",
}

END: dict[str, Any] = {"delete": "destroy"}

urlpatterns = [
    path("voice/rtp-capabilities", about.as_view({"get": "capabilities"})),
    path("voice/ice-servers", about.as_view({"get": "ice_servers"})),
    path("voice/transport/send", transports.as_view({"post": "send"})),
    path("voice/transport/recv", transports.as_view({"post": "recv"})),
    path("voice/transport/connect", transports.as_view({"post": "connect"})),
    path("voice/transport/restart-ice", transports.as_view({"post": "restart_ice"})),
    path("voice/produce", producers.as_view({"post": "create"})),
    path("voice/produce/<str:part_id>", producers.as_view({"delete": "destroy"})),
    path("voice/produce/<str:part_id>/pause", producers.as_view({"post": "pause"})),
    path("voice/produce/<str:part_id>/resume", producers.as_view({"post": "resume"})),
    path("voice/consume", consumers.as_view({"post": "create"})),
    path("voice/consumers/<str:part_id>", consumers.as_view({"delete": "destroy"})),
    path("voice/consumers/<str:part_id>/pause", consumers.as_view({"post": "pause"})),
    path("voice/consumers/<str:part_id>/resume", consumers.as_view({"post": "resume"})),
    path("voice/states", states.as_view({"get": "list"})),
    path("voice/channels/<str:ref>/states", states.as_view({"get": "of_room"})),
    path("voice/channels/<str:ref>/states/<str:user_id>", states.as_view({"patch": "change"})),
    path("voice/channels/<str:ref>/producers", states.as_view({"get": "producers"})),
    path("voice/sessions/<str:session_id>", sessions.as_view(SESSION)),
    path("voice/metrics", metrics.as_view({"post": "create"})),
    path("voice/rooms/<str:ref>/whip", whip.WhipViewSet.as_view({"post": "publish"})),
    path("voice/rooms/<str:ref>/whip/<str:resource_id>", whip.WhipViewSet.as_view(END)),
    path("voice/rooms/<str:ref>/whep", whip.WhepViewSet.as_view({"post": "watch"})),
    path("voice/rooms/<str:ref>/whep/<str:resource_id>", whip.WhepViewSet.as_view(END)),
    path("rooms/<str:ref>/metrics", metrics.as_view({"get": "list"})),
]
