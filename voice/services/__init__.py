"""Every write of voice. What is written is told after the commit, to sockets and to workers."""

from voice.services.moderation import move_person, set_server_muted
from voice.services.quality import add_metrics, forget_old, record
from voice.services.sessions import (
    end_session,
    end_sessions_in,
    find_session,
    join,
    keep_sockets,
    leave,
    move_room,
    note_media,
    recheck,
    recheck_rooms,
    remind_worker,
    retell_room,
    set_state,
)

__all__ = [
    "add_metrics",
    "end_session",
    "end_sessions_in",
    "find_session",
    "forget_old",
    "join",
    "keep_sockets",
    "leave",
    "move_person",
    "move_room",
    "note_media",
    "recheck",
    "recheck_rooms",
    "record",
    "remind_worker",
    "retell_room",
    "set_server_muted",
    "set_state",
]
