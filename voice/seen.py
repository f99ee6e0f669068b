"""Which voice states this process has told its sockets, so that none is lost and none told twice.

States come over the doorbell, which may lose, repeat or reorder; the database has what is true.
"""

from collections.abc import Iterable
from time import monotonic

import msgspec

from realtime import wire
from realtime.hub import Hub
from realtime.protocol import encode
from voice import speaking
from voice.events import VoiceStateChanged, state_changed
from voice.models import VoiceSession
from voice.queries import Seated

GONE_FOR_S = 60.0  # so long a late frame cannot bring anybody back
LATE_S = 1.0  # the doorbell has so long before the database is believed


class _Frame(msgspec.Struct):
    data: VoiceStateChanged


_decode = msgspec.json.Decoder(_Frame).decode


class SeenStates:
    """See the module."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._versions: dict[str, int] = {}
        self._states: dict[str, VoiceStateChanged] = {}
        self._gone: dict[str, float] = {}
        self._odd: dict[str, float] = {}  # differs from the database, since when

    def take(self, entry: wire.Entry) -> None:
        """A state from the doorbell, or from this process."""
        assert isinstance(entry, wire.Stated)
        if entry.key in self._gone or entry.version <= self._versions.get(entry.key, 0):
            return
        state = _decode(entry.frame).data
        if state.joined:
            self._versions[entry.key], self._states[entry.key] = entry.version, state
        else:
            self._forget(entry.key)
        self._show(entry.room_id, entry.frame)

    def compare(self, seated: list[Seated]) -> list[str]:
        """Tells who is gone without a word; answers whose state is to be read, for `tell`."""
        now_s = monotonic()
        self._gone = {key: at_s for key, at_s in self._gone.items() if now_s - at_s < GONE_FOR_S}
        known = {one.id: one.version for one in seated}
        newer = {it for it in known if known[it] > self._versions.get(it, 0)} - self._gone.keys()
        gone = self._versions.keys() - known.keys()
        self._odd = {key: self._odd.get(key, now_s) for key in newer | gone}
        late = {key for key, since_s in self._odd.items() if now_s - since_s >= LATE_S}
        for key in late & gone:
            state = self._states[key]
            self._forget(key)
            self._show(state.room_id, encode(msgspec.structs.replace(state, joined=False)))
        return sorted(late & newer)

    def tell(self, rows: Iterable[VoiceSession]) -> None:
        """States that the doorbell lost."""
        for row in rows:
            key = str(row.pk)
            state = state_changed(row, is_speaking=speaking.is_speaking(key))
            self.take(wire.Stated(str(row.room_id), key, row.version, encode(state)))

    def _forget(self, key: str) -> None:
        self._versions.pop(key, None)
        self._states.pop(key, None)
        self._gone[key] = monotonic()

    def _show(self, room_id: str, frame: str) -> None:
        self._hub.take(wire.Cast(f"seen:{room_id}", frame))
