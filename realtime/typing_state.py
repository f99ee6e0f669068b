"""Who is writing where. In memory only; a start ends by itself, whoever dies."""

from collections import defaultdict

from api.payloads import Person
from realtime import wire
from realtime.events import TypingUpdate
from realtime.hub import Hub, now_s

ENDS_AFTER_S = 6.0
REPEAT_S = 3.0  # how often a going-on start is told again
REFUSED_S = 1.0  # who may not write is not asked about again this soon
QUIET_S = 1.0  # a start this soon after the last change is not told: floods coalesce


class Writing:
    """One person writing in one room."""

    __slots__ = ("is_typing", "person", "told_at", "until_s")

    def __init__(self, person: Person) -> None:
        self.person = person
        self.is_typing = False
        self.until_s = 0.0
        self.told_at = 0.0


class TypingKeeper:
    """Throttles, delivers and expires typing."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._rooms: dict[str, dict[str, Writing]] = defaultdict(dict)
        self._refused: dict[tuple[str, str], float] = {}  # (room, user) → until
        hub.extra[wire.Typing] = self._take

    def start(self, room_id: str, person: Person) -> None:
        """Somebody here writes."""
        writing = self._rooms[room_id].get(person.id)
        quiet_s = REPEAT_S if writing and writing.is_typing else QUIET_S
        if writing is None or now_s() - writing.told_at >= quiet_s:
            self.hub.publish(wire.Typing(room_id, person, True))
        elif writing.is_typing:
            writing.until_s = now_s() + ENDS_AFTER_S

    def refuse(self, room_id: str, user_id: str) -> None:
        """They may not write there: for a moment nobody needs to look again."""
        self._refused[room_id, user_id] = now_s() + REFUSED_S

    def is_refused(self, room_id: str, user_id: str) -> bool:
        """Whether that was found a moment ago."""
        return self._refused.get((room_id, user_id), 0.0) > now_s()

    def stop(self, room_id: str, person: Person) -> None:
        """Somebody here no longer writes; nothing happens where they did not."""
        writing = self._rooms.get(room_id, {}).get(person.id)
        if writing is not None and writing.is_typing:
            self.hub.publish(wire.Typing(room_id, person, False))

    def people(self, room_id: str) -> list[Person]:
        """Who writes in the room now."""
        return [w.person for w in self._rooms.get(room_id, {}).values() if w.is_typing]

    def tick(self) -> None:
        """End what has not been renewed."""
        now = now_s()
        self._refused = {key: until_s for key, until_s in self._refused.items() if until_s > now}
        for room_id, people in list(self._rooms.items()):
            for user_id, writing in list(people.items()):
                if writing.is_typing and writing.until_s <= now:
                    self._tell(room_id, writing, is_typing=False)
                elif not writing.is_typing and now - writing.told_at > QUIET_S:
                    del people[user_id]
            if not people:
                del self._rooms[room_id]

    def _take(self, typing: wire.Entry) -> None:
        assert isinstance(typing, wire.Typing)
        people = self._rooms[typing.room_id]
        writing = people.setdefault(typing.person.id, Writing(typing.person))
        writing.until_s = now_s() + ENDS_AFTER_S
        self._tell(typing.room_id, writing, is_typing=typing.is_typing)

    def _tell(self, room_id: str, writing: Writing, *, is_typing: bool) -> None:
        writing.is_typing = is_typing
        writing.told_at = now_s()
        update = TypingUpdate(room_id=room_id, user=writing.person, is_typing=is_typing)
        self.hub.cast_here(f"room:{room_id}", update, except_user=writing.person.id)
