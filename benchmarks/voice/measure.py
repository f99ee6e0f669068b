"""One measurement: a fresh server, a room in it, packets through it, and what that cost."""

import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.voice.generator import Generator, Outcome
from benchmarks.voice.payload import make_payload
from benchmarks.voice.peers import Peer, Room
from benchmarks.voice.scenes import Scene

SETTLE_S = 0.3  # what connecting has set off is over by then


@dataclass(frozen=True)
class Result:
    """Of one scene with one server in one round."""

    round: int
    scene: str
    peer: str
    outcome: Outcome
    connect_s: float
    memory_kb: float  # per connection

    def as_dict(self) -> dict[str, Any]:
        """For the file of raw figures."""
        return asdict(self) | {"cost_us": self.outcome.cost_us, "loss": self.outcome.loss}


def measure(peer_type: type[Peer], scene: Scene, round_number: int, duration_s: float) -> Result:
    """Raises RuntimeError, with the server's log, when what came back was not what was sent."""
    with tempfile.TemporaryDirectory(prefix="bench-voice-") as folder:
        peer = peer_type(Path(folder))
        try:
            return _measure(peer, scene, round_number, duration_s)
        finally:
            peer.stop()


def _measure(peer: Peer, scene: Scene, round_number: int, duration_s: float) -> Result:
    before_kb, started_s = peer.process.memory_kb(), time.perf_counter()
    room: Room = peer.fill(scene)
    connect_s = time.perf_counter() - started_s
    count = len(room.senders) + len(room.listeners)
    memory_kb = (peer.process.memory_kb() - before_kb) / count
    peer.begin()
    time.sleep(SETTLE_S)
    generator = Generator(room.senders, room.listeners, scene, make_payload(scene))
    try:
        outcome = generator.measure(
            peer.process.cpu_clock_s, duration_s, is_checked=peer.is_checked
        )
    finally:
        generator.close()
    if not outcome.received or not outcome.checked or outcome.wrong:
        raise RuntimeError(
            f"{peer.name}, {scene.name}: {outcome.received} packets came, of {outcome.checked} "
            f"looked at {outcome.wrong} were wrong\n{peer.process.log.read_text()[-4000:]}"
        )
    return Result(round_number, scene.name, peer.name, outcome, connect_s / count, memory_kb)
