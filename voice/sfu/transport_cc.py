"""Feedback on when packets arrived (draft-holmer-rmcat-transport-wide-cc-extensions-01).

The server only reports; the sender's own estimator decides how much to send. Arrivals are collected
per transport and made into one RTPFB message (format 15) every `INTERVAL_S`. No sockets here.
"""

from struct import Struct

from voice.sfu import rtp

RTPFB = 205
FORMAT = 15
INTERVAL_S = 0.05  # draft §3: 50 to 250 ms
DELTA_PER_S = 4000  # a receive delta counts 250 µs
REFERENCE_DELTAS = 256  # the reference time counts 64 ms
MAX_PACKETS = 512  # of one message
SMALL, LARGE, LOST = 1, 2, 0

_HEAD = Struct("!BBHIIHHI")
_CHUNK = Struct("!H")
_SMALL = Struct("!B")
_LARGE = Struct("!h")


class Arrivals:
    """When which transport-wide sequence number came."""

    __slots__ = ("_base", "_count", "_highest", "_seen")

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}  # index → arrival in 250 µs
        self._highest = -1
        self._base = -1  # the first index that the next message is about
        self._count = 0  # of messages

    def note(self, sequence: int, now_s: float) -> None:
        """A packet with this number came."""
        if self._highest < 0:
            self._highest = self._base = sequence + 65536
        index = rtp.extend(self._highest, sequence)
        if index > self._highest:
            self._highest = index
        if len(self._seen) < MAX_PACKETS:
            self._seen[index] = int(now_s * DELTA_PER_S)

    def take(self, own_ssrc: int, media_ssrc: int) -> bytes | None:
        """The message about everything since the last one; None when nothing came.

        `media_ssrc` is any stream of the sender; libwebrtc ignores feedback about others.
        """
        if not self._seen:
            return None
        seen, self._seen = self._seen, {}
        last = max(seen)
        # Also those that came after the message about their neighbours (draft §3.1.1 allows it).
        first = max(min(self._base, *seen), last - MAX_PACKETS + 1)
        self._base = last + 1
        present = [index for index in range(first, last + 1) if index in seen]
        reference = seen[present[0]] // REFERENCE_DELTAS
        symbols, deltas = _encode(seen, first, last, reference * REFERENCE_DELTAS)
        body = _chunks(symbols) + deltas
        body += bytes(-len(body) % 4)
        head = _HEAD.pack(
            0x80 | FORMAT,
            RTPFB,
            4 + len(body) // 4,
            own_ssrc,
            media_ssrc,
            first & 0xFFFF,
            last - first + 1,
            (reference & 0xFFFFFF) << 8 | (self._count & 0xFF),
        )
        self._count += 1
        return head + body


def _encode(seen: dict[int, int], first: int, last: int, at: int) -> tuple[list[int], bytes]:
    """A symbol per packet and the deltas of those that came, each to the one before."""
    symbols, deltas = [], bytearray()
    for index in range(first, last + 1):
        arrival = seen.get(index)
        if arrival is None:
            symbols.append(LOST)
            continue
        delta = arrival - at
        if 0 <= delta <= 255:
            symbols.append(SMALL)
            deltas += _SMALL.pack(delta)
        else:
            delta = max(-32768, min(delta, 32767))
            symbols.append(LARGE)
            deltas += _LARGE.pack(delta)
        at += delta
    return symbols, bytes(deltas)


def _chunks(symbols: list[int]) -> bytes:
    """Run lengths where a symbol repeats (draft §3.1.3), else vectors of seven (§3.1.4)."""
    chunks, at = bytearray(), 0
    while at < len(symbols):
        symbol, run = symbols[at], 1
        while at + run < len(symbols) and symbols[at + run] == symbol and run < 8191:
            run += 1
        if run >= 7 or at + run == len(symbols):
            chunks += _CHUNK.pack(symbol << 13 | run)
            at += run
            continue
        vector = 0xC000
        for place, it in enumerate(symbols[at : at + 7]):
            vector |= it << (12 - 2 * place)
        chunks += _CHUNK.pack(vector)
        at += 7
    return bytes(chunks)
