"""What retransmission needs: the last packets of a stream, and the list of what is missing.

`History` is a ring that packets are rewritten into and sent from, so keeping them costs nothing.
`Missing` decides what to ask a sender for (RFC 4585 §6.2.1) and when. No clocks, no sockets.
"""

from voice.sfu.dtls_private import Memory

SLOT_LENGTH = 1536  # the longest packet that is forwarded, in bytes
MAX_MISSING = 256  # a longer hole is no loss but a break: a key frame heals it
MAX_TRIES = 8
MAX_AGE_S = 1.0  # nobody plays later than this


class History:
    """A ring of `size` (a power of two) packets by index: an index never wraps around."""

    __slots__ = ("_memory", "indexes", "lengths", "mask", "timestamps", "views")

    def __init__(self, size: int) -> None:
        starts = range(0, size * SLOT_LENGTH, SLOT_LENGTH)
        self._memory = Memory(size * SLOT_LENGTH)
        self.mask = size - 1
        self.views = [self._memory.view[start : start + SLOT_LENGTH] for start in starts]
        self.indexes = [-1] * size
        self.lengths = [0] * size
        self.timestamps = [0] * size

    def find(self, index: int) -> int:
        """The slot that holds this packet, or −1."""
        slot = index & self.mask
        return slot if self.indexes[slot] == index else -1


class _Hole:
    """One packet that is missing."""

    __slots__ = ("asked_at", "noticed_at", "tries")

    def __init__(self, now_s: float) -> None:
        self.noticed_at = now_s
        self.asked_at = -1.0
        self.tries = 0


class Missing:
    """What is to be asked for again. Empty, and costing nothing, as long as nothing is lost."""

    __slots__ = ("_holes", "round_trip_s")

    def __init__(self) -> None:
        self._holes: dict[int, _Hole] = {}
        self.round_trip_s = 0.1  # from asking to getting, smoothed

    def __len__(self) -> int:
        return len(self._holes)

    def notice(self, first: int, end: int, now_s: float) -> bool:
        """Indexes from `first` up to, not including, `end` did not come. False: too many."""
        if end - first + len(self._holes) > MAX_MISSING:
            self._holes.clear()
            return False
        for index in range(first, end):
            self._holes[index] = _Hole(now_s)
        return True

    def found(self, index: int, now_s: float) -> None:
        """It came after all: late, or because it was asked for."""
        hole = self._holes.pop(index, None)
        if hole is not None and hole.tries == 1:
            took_s = now_s - hole.asked_at
            self.round_trip_s += (min(took_s, MAX_AGE_S) - self.round_trip_s) / 8

    def due(self, now_s: float) -> list[int]:
        """Indexes to ask for now, in order; those asked for too often or too old are given up."""
        wait_s = max(0.02, 1.2 * self.round_trip_s)
        asked = []
        for index, hole in list(self._holes.items()):
            if hole.tries >= MAX_TRIES or now_s - hole.noticed_at > MAX_AGE_S:
                del self._holes[index]
            elif now_s - hole.asked_at >= wait_s:
                hole.asked_at = now_s
                hole.tries += 1
                asked.append(index)
        return sorted(asked)

    def clear(self) -> None:
        """Nothing is wanted any more."""
        self._holes.clear()
