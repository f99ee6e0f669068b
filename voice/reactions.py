"""What voice does when rooms change: rooms' hooks, all of them after the commit."""

from datetime import datetime

from voice import services


def on_member_removed(room_id: str, user_ids: list[str]) -> None:
    """Kicked, banned, gone: their media is cut."""
    services.end_sessions_in([room_id], "removed", user_ids)


def on_member_muted(room_ids: list[str], user_id: str, until: datetime | None) -> None:
    """Silenced for a while, or no longer."""
    services.recheck_rooms(room_ids, user_id)


def on_access_changed(room_ids: list[str]) -> None:
    """Somebody may do less, or other things, there."""
    services.recheck_rooms(room_ids)


def on_bitrate_changed(room_id: str) -> None:
    """Its sounds may be better from now on, or have to be worse."""
    services.retell_room(room_id)


def on_rooms_closed(room_ids: list[str]) -> None:
    """Deleted, or ended."""
    services.end_sessions_in(room_ids, "ended")
