"""Addresses of messages, below /api/v1."""

from django.urls import path

from messaging.views import HistoryViewSet, MessageViewSet, ReactionViewSet, ReadViewSet

urlpatterns = [
    path("rooms/<str:ref>/messages", HistoryViewSet.as_view({"get": "list", "post": "create"})),
    path("rooms/<str:ref>/changes", HistoryViewSet.as_view({"get": "changes"})),
    path(
        "messages",
        HistoryViewSet.as_view({"get": "list_of_channel", "post": "create_in_channel"}),
    ),
    path("rooms/<str:ref>/read", ReadViewSet.as_view({"put": "update"})),
    path("unread", ReadViewSet.as_view({"get": "list"})),
    path(
        "messages/<str:message_id>/reactions/<str:emoji>",
        ReactionViewSet.as_view({"get": "list", "put": "update", "delete": "destroy"}),
    ),
    path(
        "messages/<str:message_id>",
        MessageViewSet.as_view(
            {
                "get": "retrieve",
                "put": "update",
                "patch": "partial_update",
                "delete": "destroy",
            }
        ),
    ),
]
