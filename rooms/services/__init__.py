"""Every write of servers, rooms and memberships. Sync, atomic, actor first, events after commit.

Callers import this package only. `changes` holds what all of them share.
"""

from rooms.services.invites import accept_invite, create_invite, revoke_invite
from rooms.services.members import (
    join_default_server,
    join_public_server,
    join_server,
    leave_server,
    remove_from_server,
    update_member,
)
from rooms.services.order import (
    create_category,
    delete_category,
    order_channels,
    update_category,
)
from rooms.services.removal import (
    ban_from_room,
    ban_from_server,
    end_timeout,
    kick_from_room,
    kick_member,
    mute_in_room,
    pardon_in_room,
    time_out,
    unban_from_server,
)
from rooms.services.roles import (
    clear_override,
    create_role,
    delete_role,
    order_roles,
    set_override,
    update_role,
)
from rooms.services.rooms import (
    add_room_member,
    create_room,
    delete_room,
    end_call,
    join_room,
    leave_room,
    open_direct,
    remove_room_member,
    update_room,
)
from rooms.services.servers import (
    create_server,
    delete_server,
    transfer_server,
    update_server,
)
from rooms.services.site import renew_epoch, tell_person_changed

__all__ = [
    "accept_invite",
    "add_room_member",
    "ban_from_room",
    "ban_from_server",
    "clear_override",
    "create_category",
    "create_invite",
    "create_role",
    "create_room",
    "create_server",
    "delete_category",
    "delete_role",
    "delete_room",
    "delete_server",
    "end_call",
    "end_timeout",
    "join_default_server",
    "join_public_server",
    "join_room",
    "join_server",
    "kick_from_room",
    "kick_member",
    "leave_room",
    "leave_server",
    "mute_in_room",
    "open_direct",
    "order_channels",
    "order_roles",
    "pardon_in_room",
    "remove_from_server",
    "remove_room_member",
    "renew_epoch",
    "revoke_invite",
    "set_override",
    "tell_person_changed",
    "time_out",
    "transfer_server",
    "unban_from_server",
    "update_category",
    "update_member",
    "update_role",
    "update_room",
    "update_server",
]
