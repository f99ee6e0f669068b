"""Who speaks: levels from the packets' headers (RFC 6464), never from decoded sound.

Two answers. *Who is speaking* goes to people, smoothed, so that a cough is not a speech. *Who is
heard* goes to the streams: only the loudest K are forwarded when more than K are there, and
somebody who raises their voice is heard with that very packet.
"""

from typing import TYPE_CHECKING, NamedTuple

from voice.sfu.parts import Observers
from voice.sfu.stream_kinds import AudioStream

if TYPE_CHECKING:
    from voice.sfu.producer import Producer

INTERVAL_S = 0.2
SPEAKING_DBOV = -50.0  # louder than this is speech
HOLD_INTERVALS = 4  # speech goes on through pauses of 0.8 s
SILENCE_DBOV = -127.0
LOUDER_BY_DB = 6.0  # than the quietest that is heard, to take its place


class Level(NamedTuple):
    """News of one producer; `dbov` is 0 (loudest) to −127."""

    producer_id: str
    is_speaking: bool
    dbov: float


class _Voice:
    """What is remembered of one microphone."""

    __slots__ = ("dbov", "hold", "is_speaking", "producer", "stream")

    def __init__(self, producer: "Producer", stream: AudioStream) -> None:
        self.producer = producer
        self.stream = stream
        self.dbov = SILENCE_DBOV
        self.hold = 0
        self.is_speaking = False


class Speakers:
    """All microphones of a room. `tick` is the endpoint's clock, every INTERVAL_S."""

    def __init__(self, max_heard: int) -> None:
        self.max_heard = max_heard
        self.changed: Observers[list[Level]] = Observers()  # who began or stopped speaking
        self.active: Observers[str | None] = Observers()  # the loudest speaker is another one
        self.active_id: str | None = None
        self._voices: dict[str, _Voice] = {}

    def add(self, producer: "Producer") -> None:
        """A producer. The sound of a shared screen, and what says no levels, is always heard."""
        stream = producer.streams[0]
        if isinstance(stream, AudioStream) and stream.has_levels and producer.source != "screen":
            voice = self._voices[producer.id] = _Voice(producer, stream)
            stream.on_wake = lambda: self._wake(voice)
            self._choose()

    def remove(self, producer: "Producer") -> None:
        """It has ended."""
        voice = self._voices.pop(producer.id, None)
        if voice is None:
            return
        if voice.is_speaking:
            self.changed.tell([Level(producer.id, False, SILENCE_DBOV)])
        self._choose()
        self._find_active()

    def tick(self) -> None:
        """Sums up the levels since the last time."""
        news = []
        for voice in self._voices.values():
            stream = voice.stream
            count, loudness = stream.level_count, stream.loudness
            stream.level_count = stream.loudness = 0
            if voice.producer.is_paused or not count:
                voice.dbov = SILENCE_DBOV
            else:
                # Quick to rise and slow to fall, as meters are.
                now_dbov = loudness / count - 127.0
                voice.dbov = max(now_dbov, voice.dbov + (now_dbov - voice.dbov) / 3)
            if _update(voice):
                news.append(Level(voice.producer.id, voice.is_speaking, voice.dbov))
        self._choose()
        self._find_active()
        if news:
            self.changed.tell(news)

    def levels(self) -> list[Level]:
        """Everybody's now."""
        return [Level(it.producer.id, it.is_speaking, it.dbov) for it in self._voices.values()]

    # --- the loudest K -------------------------------------------------------------------------
    def _choose(self) -> None:
        """Lets the loudest K be heard, and says how loud the others must be to be heard at once."""
        voices = [it for it in self._voices.values() if not it.producer.is_paused]
        if len(voices) > self.max_heard:
            bonus = {True: LOUDER_BY_DB, False: 0.0}  # who is heard stays so, unless clearly beaten
            voices.sort(key=lambda it: it.dbov + bonus[it.stream.is_heard], reverse=True)
        heard, rest = voices[: self.max_heard], voices[self.max_heard :]
        for voice in heard:
            _set_heard(voice, True, -1)
        if rest:
            quietest = min(it.dbov for it in heard)
            wake_level = int(-max(quietest + LOUDER_BY_DB, SPEAKING_DBOV))
            for voice in rest:
                _set_heard(voice, False, wake_level)

    def _wake(self, voice: _Voice) -> None:
        """Not heard, and suddenly louder than somebody who is."""
        voice.dbov = max(voice.dbov, -float(voice.stream.level))
        self._choose()

    def _find_active(self) -> None:
        speaking = [it for it in self._voices.values() if it.is_speaking]
        loudest = max(speaking, key=lambda it: it.dbov, default=None)
        current = self._voices.get(self.active_id or "")
        if loudest is None:  # whoever spoke last stays on the stage
            if current is None and self.active_id is not None:
                self.active_id = None
                self.active.tell(None)
            return
        if current is None or not current.is_speaking or loudest.dbov > current.dbov + LOUDER_BY_DB:
            found = loudest.producer.id
            if found != self.active_id:
                self.active_id = found
                self.active.tell(found)

    def close(self) -> None:
        """Nobody is told any more."""
        self._voices.clear()
        self.changed.clear()
        self.active.clear()


def _update(voice: _Voice) -> bool:
    """Whether it began or stopped speaking."""
    if voice.dbov > SPEAKING_DBOV:
        voice.hold = HOLD_INTERVALS
    elif voice.hold:
        voice.hold -= 1
    if voice.producer.is_paused:
        voice.hold = 0
    is_speaking = voice.hold > 0
    changed = is_speaking != voice.is_speaking
    voice.is_speaking = is_speaking
    return changed


def _set_heard(voice: _Voice, is_heard: bool, wake_level: int) -> None:
    stream = voice.stream
    stream.wake_level = wake_level
    if is_heard == stream.is_heard:
        return
    stream.is_heard = is_heard
    if not is_heard:
        stream.shut()
    elif not voice.producer.is_paused:
        stream.open()
