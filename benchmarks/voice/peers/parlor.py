"""Parlor's media core, and beside it the floor in C on the same connections."""

from pathlib import Path
from typing import Any

from benchmarks.voice.generator import payload_type, sender_ssrc
from benchmarks.voice.leg import Leg, Remote, make_identity, make_local, open_leg
from benchmarks.voice.peers import Crowd, Room
from benchmarks.voice.peers.process import PythonServer
from benchmarks.voice.scenes import Scene
from benchmarks.voice.sdp import EXTENSIONS

VIDEO_FEEDBACK = ("nack", "nack pli", "ccm fir", "transport-cc")


class Parlor:
    """Steered as mediasoup-client steers it: a transport to send, another to receive."""

    name = "Parlor"
    is_checked = True

    def __init__(self, folder: Path) -> None:
        self._server = PythonServer("benchmarks.voice.peers.parlor_server", folder)
        self.process = self._server.process
        self._identity = make_identity()
        self._crowd = Crowd()

    def fill(self, scene: Scene) -> Room:
        """See Peer."""
        capabilities = self._server.ask("capabilities")
        producers: list[str] = []
        senders: list[Leg] = []
        for place in range(scene.senders):
            made = self._ask("publish", kind=scene.kind, rtp=_parameters(scene, place))
            producers.append(made["id"])
            senders.append(self._open(made))
        listeners = []
        for place in range(scene.senders if scene.is_meeting else scene.listeners):
            heard = [it for number, it in enumerate(producers) if number != place]
            wanted = heard if scene.is_meeting else producers
            made = self._ask("listen", producers=wanted, capabilities=capabilities)
            listeners.append(self._open(made))
        return Room(senders, listeners)

    def begin(self) -> None:
        """See Peer."""

    def _ask(self, method: str, **data: Any) -> Any:
        fingerprint = {"algorithm": "sha-256", "value": self._identity.fingerprint}
        return self._server.ask(
            method, dtls={"role": "client", "fingerprints": [fingerprint]}, **data
        )

    def _open(self, made: Any) -> Leg:
        remote = Remote(
            "127.0.0.1",
            made["port"],
            made["ice"]["usernameFragment"],
            made["ice"]["password"],
            made["dtls"]["fingerprints"][-1]["value"],
        )
        return self._crowd.add(open_leg(remote, make_local(), self._identity))

    def stop(self) -> None:
        """See Peer."""
        self._server.stop()


class Floor(Parlor):
    """The loop in C."""

    name = "C floor"

    def begin(self) -> None:
        """See Peer."""
        self._server.ask("take_over")


def _parameters(scene: Scene, place: int) -> dict[str, Any]:
    is_video = scene.kind == "video"
    feedback = VIDEO_FEEDBACK if is_video else ("nack", "transport-cc")
    codec: dict[str, Any] = {
        "mimeType": "video/VP8" if is_video else "audio/opus",
        "payloadType": payload_type(scene),
        "clockRate": 90_000 if is_video else 48_000,
        "parameters": {},
        "rtcpFeedback": [
            {"type": kind, "parameter": parameter}
            for kind, _, parameter in (it.partition(" ") for it in feedback)
        ],
    }
    return {
        "mid": "0",
        "codecs": [codec if is_video else codec | {"channels": 2}],
        "headerExtensions": [
            {"uri": uri, "id": number, "encrypt": False, "parameters": {}}
            for number, uri in EXTENSIONS.items()
        ],
        "encodings": [{"ssrc": sender_ssrc(place)}],
        "rtcp": {"cname": "bench", "reducedSize": True},
    }
