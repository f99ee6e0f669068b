"""aiortc's MediaRelay: what a room costs when sound is decoded and encoded anew."""

from pathlib import Path

from benchmarks.voice.leg import Leg, make_identity, make_local, open_leg
from benchmarks.voice.peers import Crowd, Room
from benchmarks.voice.peers.process import PythonServer
from benchmarks.voice.scenes import Scene
from benchmarks.voice.sdp import offer, read_remote


class MediaRelay:
    """See Peer. One sender only."""

    name = "MediaRelay"
    is_checked = False  # what listeners get was encoded anew

    def __init__(self, folder: Path) -> None:
        self._server = PythonServer("benchmarks.voice.peers.media_relay_server", folder)
        self.process = self._server.process
        self._identity = make_identity()
        self._crowd = Crowd()

    def fill(self, scene: Scene) -> Room:
        """See Peer."""
        senders = [self._open(scene, 0)]
        return Room(senders, [self._open(scene, None) for _ in range(scene.listeners)])

    def begin(self) -> None:
        """See Peer."""

    def _open(self, scene: Scene, place: int | None) -> Leg:
        local = make_local()
        sdp = offer(scene, place, local, self._identity)
        answered = self._server.ask("listen" if place is None else "publish", sdp=sdp)["sdp"]
        return self._crowd.add(open_leg(read_remote(answered), local, self._identity))

    def stop(self) -> None:
        """See Peer."""
        self._server.stop()
