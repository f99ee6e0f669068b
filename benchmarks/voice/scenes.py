"""What is measured: the rows of the bench. Sizes are whole RTP packets before SRTP, in bytes."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["audio", "video"]
DURATION_S = 5.0


@dataclass(frozen=True)
class Scene:
    """One row. Everybody who sends is heard by `listeners`; in a meeting these are the others."""

    name: str
    kind: Kind
    senders: int
    listeners: int
    size: int
    packets_per_s: float  # of one sender; 0 is as fast as they come back
    window: int = 8  # packets of one sender that may be under way then
    duration_s: float = DURATION_S

    @property
    def is_meeting(self) -> bool:
        """Everybody sends and hears all others."""
        return self.senders > 1

    @property
    def is_saturated(self) -> bool:
        """The server's core is the limit."""
        return self.packets_per_s == 0


SCENES = (
    Scene("1→50, 50 pps, 100 B", "audio", 1, 50, 100, 50),
    Scene("20×20, 50 pps, 100 B", "audio", 20, 19, 100, 50),
    Scene("1→100, 800 pps, 1100 B", "video", 1, 100, 1100, 800),
    Scene("1→100, saturated, 100 B", "audio", 1, 100, 100, 0),
)
# MediaRelay decodes and encodes: this is about what one core of it can do. Parlor's is hardly awake
# then; the second has both cores busy.
SMALL = Scene("1→15, 50 pps, 100 B", "audio", 1, 15, 100, 50)
SMALL_SATURATED = Scene("1→15, saturated, 100 B", "audio", 1, 15, 100, 0)
TINY = Scene("1→3, 200 pps, 100 B", "audio", 1, 3, 100, 200, duration_s=0.5)
