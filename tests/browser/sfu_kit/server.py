"""The smallest server that lets mediasoup-client use the media core: one page, one WebSocket.

Runs in a thread with an event loop of its own, so that a test can look into the endpoint
(`kit.look`). No people, no rights: who connects is in the room.
"""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.browser.sfu_kit.rough import RoughRoad
from voice.sfu.endpoint import Endpoint
from voice.sfu.ortc import OrtcError
from voice.sfu.parts import SfuError
from voice.sfu.router import Router

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
T = TypeVar("T")


def bundle(target: Path) -> Path:
    """page.js with mediasoup-client inside, as one module."""
    esbuild = ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"
    # node comes with .venv, which need not be on PATH.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [str(esbuild), str(HERE / "page.js"), "--bundle", "--format=esm"]
    subprocess.run(
        [*command, f"--outfile={target}", "--log-level=warning"],
        check=True,
        cwd=ROOT,
        env=os.environ | {"PATH": path},
    )
    return target


class Session:
    """One page: its transports, and what it asked for."""

    def __init__(self, kit: "Kit", socket: ServerConnection) -> None:
        self.kit, self.socket = kit, socket
        self.transports: dict[str, Any] = {}
        self.consumers: dict[str, Any] = {}
        self.router: Router | None = None

    async def serve(self) -> None:
        """Answers until the page goes."""
        try:
            async for text in self.socket:
                asked = json.loads(text)
                try:
                    ok = getattr(self, f"on_{asked['method']}")(**asked["data"])
                    answer = {"id": asked["id"], "ok": ok}
                except (OrtcError, SfuError) as refused:
                    answer = {"id": asked["id"], "error": str(refused)}
                await self.socket.send(json.dumps(answer))
        except ConnectionClosed:
            pass
        finally:
            for transport in self.transports.values():
                transport.close()

    def on_join(self, room: str) -> dict[str, Any]:
        self.router = self.kit.room(room)
        return {"rtpCapabilities": self.router.rtp_capabilities}

    def on_transport(self, direction: str) -> dict[str, Any]:
        transport = self.router.create_transport(direction)
        self.transports[transport.id] = transport
        candidates = transport.ice_candidates
        if self.kit.media_port is not None:
            candidates = [it | {"port": self.kit.media_port} for it in candidates]
        return {
            "id": transport.id,
            "iceParameters": transport.ice_parameters,
            "iceCandidates": candidates,
            "dtlsParameters": transport.dtls_parameters,
        }

    def on_connect(self, transportId: str, dtlsParameters: Any) -> None:
        self.transports[transportId].connect(dtlsParameters)

    def on_restart_ice(self, transportId: str) -> Any:
        return self.transports[transportId].restart_ice()

    def on_produce(self, transportId: str, **asked: Any) -> dict[str, str]:
        return {"id": self.transports[transportId].produce(**self._snake(asked)).id}

    def on_consume(self, transportId: str, producerId: str, rtpCapabilities: Any) -> dict[str, Any]:
        consumer = self.transports[transportId].consume(producerId, rtpCapabilities, paused=True)
        self.consumers[consumer.id] = consumer
        return {
            "id": consumer.id,
            "producerId": producerId,
            "kind": consumer.kind,
            "rtpParameters": consumer.rtp_parameters,
        }

    def on_resume(self, id: str) -> None:
        self.consumers[id].resume()

    def on_pause(self, id: str) -> None:
        self.consumers[id].pause()

    @staticmethod
    def _snake(asked: dict[str, Any]) -> dict[str, Any]:
        return {"rtp_parameters" if it == "rtpParameters" else it: asked[it] for it in asked}


class Kit:
    """The server. `media_port` is what candidates say, when something stands in between."""

    def __init__(self, folder: Path) -> None:
        self.script = bundle(folder / "page.js").read_bytes()
        self.media_port: int | None = None
        self.road: RoughRoad | None = None
        self.routers: dict[str, Router] = {}
        self.url = ""
        self.endpoint: Endpoint
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))

    def start(self) -> "Kit":
        """Returns when it serves."""
        self._ready = threading.Event()
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def stop(self) -> None:
        """Ends everything, and fails if something was left behind."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()
        self._loop.close()

    def look(self, function: Callable[[], T]) -> T:
        """Runs a function inside the server's loop."""
        found: Future[T] = Future()

        def run() -> None:
            try:
                found.set_result(function())
            except BaseException as problem:
                found.set_exception(problem)

        self._loop.call_soon_threadsafe(run)
        return found.result(5)

    def roughen(self, **shares: float) -> RoughRoad:
        """From now on callers come over a bad network."""

        async def open_road() -> RoughRoad:
            road = RoughRoad(("127.0.0.1", self.endpoint.port))
            self.media_port = await road.open()
            return road

        if self.road is None:
            self.road = asyncio.run_coroutine_threadsafe(open_road(), self._loop).result(5)
        for name, share in shares.items():
            setattr(self.road, name, share)
        return self.road

    def room(self, name: str) -> Router:
        """By name, made when first asked for."""
        if name not in self.routers:
            self.routers[name] = self.endpoint.create_router()
        return self.routers[name]

    async def _run(self) -> None:
        self.endpoint = Endpoint.listen("127.0.0.1")
        async with serve(
            lambda socket: Session(self, socket).serve(),
            "127.0.0.1",
            0,
            process_request=self._page,
        ) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            self.url = f"http://localhost:{port}/"
            self._ready.set()
            await self._stop.wait()
        self.endpoint.close()
        if self.road is not None:
            self.road.close()
        await asyncio.sleep(0.05)

    def _page(self, connection: ServerConnection, request: Request) -> Response | None:
        pages = {
            "/": (HERE / "page.html", "text/html"),
            "/page.js": (None, "text/javascript"),
        }
        if request.path not in pages:
            return None if request.path == "/wire" else Response(404, "Not Found", Headers())
        path, kind = pages[request.path]
        body = self.script if path is None else path.read_bytes()
        headers = Headers({"Content-Type": kind, "Content-Length": str(len(body))})
        return Response(HTTPStatus.OK, "OK", headers, body)
