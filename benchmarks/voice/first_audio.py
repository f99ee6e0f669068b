"""How long it takes until somebody who joins hears the first packet, in Chromium.

With the unmodified mediasoup-client of the browser tests, from asking for a transport to the first
packet of sound in the receiver: ICE, DTLS, consuming and forwarding. Signalling is one WebSocket on
the loopback, so this is the media core's own share of joining.
"""

import sys
import tempfile
from pathlib import Path

from tests.browser.chromium import DEVICES_UNASKED, find_chromium, running


def measure_first_audio(times: int) -> list[float]:
    """In ms, one for each joining; none where there is no Chromium."""
    from tests.browser.sfu_kit.server import Kit

    if find_chromium() is None:
        print("Chromium is not installed: joining is not measured.", file=sys.stderr)
        return []
    with (
        tempfile.TemporaryDirectory(prefix="bench-voice-") as folder,
        running(*DEVICES_UNASKED) as browser,
    ):
        kit = Kit(Path(folder)).start()
        try:
            pages = []
            for _ in range(2):
                context = browser.new_context(permissions=["camera", "microphone"])
                pages.append(context.new_page())
                pages[-1].goto(kit.url)
                pages[-1].wait_for_function("window.caller")
                pages[-1].evaluate("window.caller.join()")
            sound = pages[0].evaluate("window.caller.produce('audio')")
            return [
                float(pages[1].evaluate("(id) => window.caller.firstAudio(id)", sound))
                for _ in range(times)
            ]
        finally:
            kit.stop()
