"""REST of servers and rooms."""

from rooms.views.inside import OverrideViewSet, RoomMemberViewSet, RoomSanctionViewSet
from rooms.views.people import InviteViewSet, MemberViewSet, SanctionViewSet
from rooms.views.rooms import ChannelViewSet, RoomViewSet
from rooms.views.servers import CategoryViewSet, RoleViewSet, ServerViewSet

__all__ = [
    "CategoryViewSet",
    "ChannelViewSet",
    "InviteViewSet",
    "MemberViewSet",
    "OverrideViewSet",
    "RoleViewSet",
    "RoomMemberViewSet",
    "RoomSanctionViewSet",
    "RoomViewSet",
    "SanctionViewSet",
    "ServerViewSet",
]
