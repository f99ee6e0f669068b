"""Janus's videoroom, as Debian packs it, tuned: one event loop, ICE-lite, nothing else loaded.

Steered over its WebSocket API. Its configuration is written for each run and lies in the run's
folder. A publisher has a PeerConnection, a listener another one with all it hears.
"""

import json
import secrets
import shutil
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from benchmarks.voice.leg import Leg, Local, make_identity, make_local, open_leg
from benchmarks.voice.peers import Crowd, Room
from benchmarks.voice.peers.process import ServerProcess
from benchmarks.voice.scenes import Scene
from benchmarks.voice.sdp import answer, offer, read_remote

ROOM = 1234
TIMEOUT_S = 15.0
LIBRARY = Path("/usr/lib/x86_64-linux-gnu/janus")
CONFIG = """general: {{
    configs_folder = "{folder}"
    plugins_folder = "{library}/plugins"
    transports_folder = "{library}/transports"
    events_folder = "{folder}/none"
    loggers_folder = "{folder}/none"
    debug_level = 2
    event_loops = 1
    session_timeout = 0
}}
media: {{ ipv6 = false }}
nat: {{
    ice_lite = true
    ice_enforce_list = "{interface}"
}}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
"""
WEBSOCKETS = """general: {{
    json = "compact"
    ws = true
    ws_interface = "lo"
    ws_port = {port}
    wss = false
}}
"""


def is_installed() -> bool:
    """`apt install janus` brings it."""
    return shutil.which("janus") is not None and LIBRARY.exists()


class Janus:
    """See Peer."""

    name = "Janus"
    is_checked = True

    def __init__(self, folder: Path) -> None:
        self._port = _free_port()
        _write_config(folder, self._port)
        self.process = ServerProcess(["janus", "-F", str(folder)], folder)
        self._identity = make_identity()
        self._crowd = Crowd()
        self._open = ExitStack()
        self._socket = self._open.enter_context(self._dial())
        self._session = self._ask({"janus": "create"})["data"]["id"]

    def fill(self, scene: Scene) -> Room:
        """See Peer."""
        self._make_room(self._attach(), scene)
        feeds: list[int] = []
        senders = []
        for place in range(scene.senders):
            feed, leg = self._publish(scene, place)
            feeds.append(feed)
            senders.append(leg)
        listeners = []
        for place in range(scene.senders if scene.is_meeting else scene.listeners):
            heard = [it for number, it in enumerate(feeds) if number != place]
            listeners.append(self._listen(heard if scene.is_meeting else feeds))
        return Room(senders, listeners)

    def begin(self) -> None:
        """See Peer."""

    def _make_room(self, handle: int, scene: Scene) -> None:
        made = self._say(
            handle,
            {
                "request": "create",
                "room": ROOM,
                "publishers": 100,
                "bitrate": 0,
                "audiocodec": "opus",
                "videocodec": "vp8",
                "audiolevel_ext": True,
                "audiolevel_event": False,
                "transport_wide_cc_ext": True,
                "notify_joining": False,
            },
        )
        if made["plugindata"]["data"].get("videoroom") != "created":
            raise RuntimeError(f"no room: {made}")

    def _publish(self, scene: Scene, place: int) -> tuple[int, Leg]:
        handle, local = self._attach(), make_local()
        self._say(handle, {"request": "join", "ptype": "publisher", "room": ROOM, "id": place + 1})
        sdp = offer(scene, place, local, self._identity)
        answered = self._say(handle, {"request": "publish"}, {"type": "offer", "sdp": sdp})
        return place + 1, self._connect(handle, answered["jsep"]["sdp"], local)

    def _listen(self, feeds: list[int]) -> Leg:
        handle, local = self._attach(), make_local()
        streams = [{"feed": it} for it in feeds]
        asked = {"request": "join", "ptype": "subscriber", "room": ROOM, "streams": streams}
        sdp = self._say(handle, asked)["jsep"]["sdp"]
        made = answer(sdp, local, self._identity)
        self._say(handle, {"request": "start"}, {"type": "answer", "sdp": made})
        return self._connect(handle, sdp, local)

    def _connect(self, handle: int, sdp: str, local: Local) -> Leg:
        leg = open_leg(read_remote(sdp), local, self._identity)
        self._await_media(handle)
        return self._crowd.add(leg)

    # --- its API -------------------------------------------------------------------------------
    def _dial(self) -> ClientConnection:
        end = time.monotonic() + TIMEOUT_S
        while True:
            try:
                return connect(
                    f"ws://127.0.0.1:{self._port}",
                    subprotocols=["janus-protocol"],  # type: ignore[list-item]
                    compression=None,
                )
            except OSError:
                if time.monotonic() > end or self.process.popen.poll() is not None:
                    raise RuntimeError(self.process.log.read_text()[-4000:]) from None
                time.sleep(0.05)

    def _attach(self) -> int:
        asked = {"janus": "attach", "plugin": "janus.plugin.videoroom"}
        return int(self._ask(asked | {"session_id": self._session})["data"]["id"])

    def _say(self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None) -> Any:
        asked: dict[str, Any] = {"janus": "message", "body": body, "handle_id": handle}
        if jsep is not None:
            asked["jsep"] = jsep
        return self._ask(asked | {"session_id": self._session})

    def _ask(self, asked: dict[str, Any]) -> Any:
        """Its answer; an "ack" is none yet. Events about others are not for us."""
        transaction = secrets.token_hex(8)
        self._socket.send(json.dumps(asked | {"transaction": transaction}))
        while True:
            told = self._hear()
            if told.get("transaction") != transaction or told["janus"] == "ack":
                continue
            error = told.get("error") or told.get("plugindata", {}).get("data", {}).get("error")
            if error:
                raise RuntimeError(f"Janus: {error}")
            return told

    def _await_media(self, handle: int) -> None:
        """Before that, others cannot subscribe."""
        while (told := self._hear()).get("janus") != "webrtcup" or told.get("sender") != handle:
            pass

    def _hear(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._socket.recv(TIMEOUT_S))
        return told

    def stop(self) -> None:
        """See Peer."""
        self._open.close()
        self.process.stop()


def _write_config(folder: Path, port: int) -> None:
    def others(kind: str, kept: str) -> str:
        found = sorted(it.name for it in (LIBRARY / kind).glob("*.so"))
        return ",".join(it for it in found if it != kept)

    (folder / "janus.jcfg").write_text(
        CONFIG.format(
            folder=folder,
            library=LIBRARY,
            interface="127.0.0.1",
            plugins=others("plugins", "libjanus_videoroom.so"),
            transports=others("transports", "libjanus_websockets.so"),
        )
    )
    (folder / "janus.transport.websockets.jcfg").write_text(WEBSOCKETS.format(port=port))
    (folder / "janus.plugin.videoroom.jcfg").write_text("general: {}\n")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
