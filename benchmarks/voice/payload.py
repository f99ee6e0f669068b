"""What is sent: a real frame of Opus, for a server that decodes; any bytes for a picture."""

import array
import math
from fractions import Fraction

import av

from benchmarks.voice.generator import HEAD_LENGTH
from benchmarks.voice.scenes import Scene

RATE_HZ = 48_000
FRAMES_PER_S = 50
SAMPLES = RATE_HZ // FRAMES_PER_S


def make_payload(scene: Scene) -> bytes:
    """As long as the scene's packets ask for. generator.c writes its stamp over the end."""
    length = scene.size - HEAD_LENGTH
    return opus_frame(length) if scene.kind == "audio" else bytes(length)


def opus_frame(length: int) -> bytes:
    """20 ms of a tone in exactly so many bytes."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.bit_rate = length * 8 * FRAMES_PER_S
    encoder.sample_rate = RATE_HZ
    encoder.format = av.AudioFormat("s16")
    encoder.layout = av.AudioLayout("stereo")
    encoder.time_base = Fraction(1, RATE_HZ)
    encoder.options = {"vbr": "off"}
    made: list[bytes] = []
    for number in range(10):  # the first hold the encoder's look-ahead
        made += [bytes(it) for it in encoder.encode(_tone(number * SAMPLES))]
    assert len(made[-1]) == length, (len(made[-1]), length)
    return made[-1]


def _tone(start: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="s16", layout="stereo", samples=SAMPLES)
    samples = array.array("h")
    for place in range(start, start + SAMPLES):
        value = int(8000 * math.sin(2 * math.pi * 440 * place / RATE_HZ))
        samples.extend((value, value))
    frame.planes[0].update(samples.tobytes())
    frame.sample_rate = RATE_HZ
    frame.pts = start
    return frame
