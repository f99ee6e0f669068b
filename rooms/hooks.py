"""Occasions upper apps take part in."""

from api.hooks import Hook, Moment
from api.payloads import Payload

# (room id, user ids): they can no longer read the room. After commit: media is cut, and so on.
member_removed: Hook[[str, list[str]], None] = Hook("rooms.member_removed", Moment.AFTER_COMMIT)

# (room id) → who sits in voice there, for `room:joined`.
room_join_parts: Hook[[str], list[Payload]] = Hook("rooms.room_join_parts")
