"""Occasions upper apps take part in."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Value
from django.db.models.expressions import Combinable

from accounts.models import User
from api.hooks import Hook, Moment, Slot
from api.payloads import Payload
from rooms.payloads import ReadState

# (room id, user ids): they can no longer read the room. After commit: media is cut, and so on.
member_removed: Hook[[str, list[str]], None] = Hook("rooms.member_removed", Moment.AFTER_COMMIT)

# (room ids, user id, until): until then they neither speak nor write there; None: from now on they
# may again. After commit.
member_muted: Hook[[list[str], str, datetime | None], None] = Hook(
    "rooms.member_muted", Moment.AFTER_COMMIT
)

# (room ids): who may do what in these rooms has changed. After commit: media asks again.
access_changed: Hook[[list[str]], None] = Hook("rooms.access_changed", Moment.AFTER_COMMIT)

# (room id): its bitrate is another. After commit: media is told.
bitrate_changed: Hook[[str], None] = Hook("rooms.bitrate_changed", Moment.AFTER_COMMIT)

# (room ids): they are deleted or have ended. After commit: media ends.
rooms_closed: Hook[[list[str]], None] = Hook("rooms.rooms_closed", Moment.AFTER_COMMIT)

# (user id, room ids): they belong to these rooms from now on. Inside the transaction.
member_added: Hook[[str, list[str]], None] = Hook("rooms.member_added")

# (person, room ids they may read) → how far they have read each.
read_states: Hook[[User, list[str]], dict[str, ReadState]] = Hook("rooms.read_states")

# How many sit in a room's voice, as an expression over rooms (0 where there is no voice app).
voice_count: Slot[[], Combinable] = Slot(lambda: Value(0))

# (room id) → who sits in voice there, for `room:joined`.
room_join_parts: Hook[[str], Sequence[Payload]] = Hook("rooms.room_join_parts")
