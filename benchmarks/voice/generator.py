"""Drives generator.c: compiles it, gives it the connections, and says what came back.

The clock of the measurement: the server's CPU time is read before and after exactly what is
counted. No server is known here.
"""

import ctypes
import functools
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.voice.leg import Leg
from benchmarks.voice.scenes import Scene
from benchmarks.voice.srtp import functions, handle

HERE = Path(__file__).parent
MAX_LATENCIES = 1 << 16
HEAD_LENGTH = 28  # as in generator.c
CHECK_EVERY = 32
WARM_UP_S = 0.5
MAX_STREAMS = 32
PACKETS_PER_FRAME = 27  # 800 a second, 30 pictures


class _Stream(ctypes.Structure):
    _fields_ = (
        ("ssrc", ctypes.c_uint32),
        ("highest", ctypes.c_uint32),
        ("packets", ctypes.c_uint64),
    )


class _Leg(ctypes.Structure):
    _fields_ = (
        ("fd", ctypes.c_int32),
        ("binding_length", ctypes.c_int32),
        ("tx", ctypes.c_void_p),
        ("rx", ctypes.c_void_p),
        ("binding", ctypes.c_char_p),
        ("ssrc", ctypes.c_uint32),
        ("payload_type", ctypes.c_uint32),
        ("timestamp", ctypes.c_uint32),
        ("timestamp_step", ctypes.c_uint32),
        ("clock_rate", ctypes.c_uint32),
        ("sequence", ctypes.c_uint32),
        ("transport_sequence", ctypes.c_uint32),
        ("packets_per_frame", ctypes.c_uint32),
        ("payload", ctypes.c_char_p),
        ("payload_length", ctypes.c_int32),
        ("number", ctypes.c_uint32),
        ("sent", ctypes.c_uint64),
        ("octets", ctypes.c_uint64),
        ("due_ns", ctypes.c_uint64),
        ("binding_due_ns", ctypes.c_uint64),
        ("report_due_ns", ctypes.c_uint64),
        ("received", ctypes.c_uint64),
        ("checked", ctypes.c_uint64),
        ("wrong", ctypes.c_uint64),
        ("stream_count", ctypes.c_int32),
        ("own_ssrc", ctypes.c_uint32),
        ("streams", _Stream * MAX_STREAMS),
    )


class _Run(ctypes.Structure):
    _fields_ = (
        ("protect", ctypes.c_void_p),
        ("unprotect", ctypes.c_void_p),
        ("protect_rtcp", ctypes.c_void_p),
        ("duration_s", ctypes.c_double),
        ("packets_per_s", ctypes.c_double),
        ("window", ctypes.c_int32),
        ("listeners", ctypes.c_int32),
        ("check_every", ctypes.c_int32),
        ("is_checked", ctypes.c_int32),
        ("sent", ctypes.c_uint64),
        ("received", ctypes.c_uint64),
        ("latency_count", ctypes.c_uint64),
        ("latency_room", ctypes.c_uint64),
        ("latencies_us", ctypes.POINTER(ctypes.c_uint32)),
    )


@dataclass(frozen=True)
class Outcome:
    """What one measurement saw. Shares are of one core."""

    sent: int
    received: int
    expected: int
    took_s: float
    server_cpu_s: float
    server_share: float
    generator_share: float
    latency_p50_us: int
    latency_p99_us: int
    checked: int
    wrong: int

    @property
    def cost_us(self) -> float:
        """CPU time of the server per forwarded packet."""
        return self.server_cpu_s / max(self.received, 1) * 1e6

    @property
    def least_cost_us(self) -> float:
        """The same, as if everything lost had been forwarded too: not more than it was."""
        return self.server_cpu_s / max(self.received, self.expected, 1) * 1e6

    @property
    def loss(self) -> float:
        """Share of what should have come."""
        return 1 - self.received / self.expected if self.expected else 0.0


@functools.cache
def compile_c(source: str) -> ctypes.CDLL:
    """A file of this folder as a library. Raises FileNotFoundError without a C compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise FileNotFoundError("the bench compiles its load generator: install gcc")
    with tempfile.TemporaryDirectory(prefix="bench-voice-") as folder:
        made = Path(folder) / f"{Path(source).stem}.so"
        command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(made), str(HERE / source)]
        subprocess.run(command, check=True)
        return ctypes.CDLL(str(made))  # stays in memory when its file is gone


class Generator:
    """Senders first, then listeners. The payloads are one per sender kind."""

    def __init__(
        self, senders: Sequence[Leg], listeners: Sequence[Leg], scene: Scene, payload: bytes
    ) -> None:
        self._scene = scene
        self._payload = payload
        self._legs = [*senders, *listeners]  # keeps sessions and sockets alive
        self._senders = len(senders)
        self._c = (_Leg * len(self._legs))()
        for place, leg in enumerate(self._legs):
            self._fill(self._c[place], place, leg)
        self._generate = compile_c("generator.c").generate
        self._generate.restype = ctypes.c_uint64

    def _fill(self, made: _Leg, place: int, leg: Leg) -> None:
        made.fd = leg.socket.fileno()
        made.binding, made.binding_length = leg.binding, len(leg.binding)
        made.tx, made.rx = handle(leg.tx), handle(leg.rx)
        made.own_ssrc = 900_000 + place
        if place >= self._senders:
            return
        is_video = self._scene.kind == "video"
        made.ssrc = made.own_ssrc = sender_ssrc(place)
        made.payload_type = payload_type(self._scene)
        made.clock_rate = 90_000 if is_video else 48_000
        made.timestamp_step = 3_000 if is_video else 960
        made.packets_per_frame = PACKETS_PER_FRAME if is_video else 0
        made.payload, made.payload_length = self._payload, len(self._payload)
        made.number = place

    def measure(
        self, cpu_clock_s: Callable[[], float], duration_s: float, *, is_checked: bool
    ) -> Outcome:
        """Warms up, then measures. `is_checked`: payloads come back as they were sent."""
        self._call(min(WARM_UP_S, duration_s), is_checked=is_checked)
        for leg in self._c:
            leg.checked = leg.wrong = 0
        cpu_before_s, own_before_s = cpu_clock_s(), time.process_time()
        started_s = time.perf_counter()
        run, took_s = self._call(duration_s, is_checked=is_checked)
        wall_s = time.perf_counter() - started_s
        own_s, cpu_s = time.process_time() - own_before_s, cpu_clock_s() - cpu_before_s
        latencies = sorted(run.latencies_us[: run.latency_count]) or [0]
        return Outcome(
            sent=run.sent,
            received=run.received,
            expected=run.sent * self._scene.listeners,
            took_s=took_s,
            server_cpu_s=cpu_s,
            server_share=cpu_s / wall_s,
            generator_share=own_s / wall_s,
            latency_p50_us=latencies[len(latencies) // 2],
            latency_p99_us=latencies[len(latencies) * 99 // 100],
            checked=sum(leg.checked for leg in self._c),
            wrong=sum(leg.wrong for leg in self._c),
        )

    def _call(self, duration_s: float, *, is_checked: bool) -> tuple[_Run, float]:
        run = _Run(
            *functions(),
            duration_s=duration_s,
            packets_per_s=self._scene.packets_per_s,
            window=self._scene.window,
            listeners=self._scene.listeners,
            check_every=CHECK_EVERY,
            is_checked=is_checked,
            latency_room=MAX_LATENCIES,
            latencies_us=(ctypes.c_uint32 * MAX_LATENCIES)(),
        )
        took_ns = self._generate(ctypes.byref(run), self._c, len(self._legs), self._senders)
        return run, took_ns / 1e9

    def close(self) -> None:
        """Goes without a word, as a laptop that is shut."""
        for leg in self._legs:
            leg.socket.close()


def sender_ssrc(place: int) -> int:
    """Of the sender with this number."""
    return 100_000 + place


def payload_type(scene: Scene) -> int:
    """Opus or VP8, by the numbers that Chromium uses."""
    return 96 if scene.kind == "video" else 111
