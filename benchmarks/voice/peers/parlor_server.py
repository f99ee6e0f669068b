"""The process under test: Parlor's media core, unmodified, and a thin hand to steer it.

With `take_over` the connections go to the loop in C of floor.c instead: what is left when all of
Python, and all that a room can do, is taken away.
"""

import asyncio
import ctypes
from typing import Any

from benchmarks.voice.generator import compile_c
from benchmarks.voice.peers.serving import serve
from benchmarks.voice.srtp import functions
from voice.sfu.endpoint import Endpoint
from voice.sfu.loop import run
from voice.sfu.router import Direction
from voice.sfu.transport import Transport


class Server:
    """One room. Nobody is left out of it for not being loud: all that is sent is forwarded."""

    def __init__(self) -> None:
        self.endpoint = Endpoint.listen("127.0.0.1")
        self.router = self.endpoint.create_router(max_heard=1000)

    async def publish(self, dtls: Any, kind: str, rtp: Any) -> dict[str, Any]:
        """Somebody who sends."""
        transport = self._connect("send", dtls)
        producer = transport.produce("video" if kind == "video" else "audio", rtp, "mic")
        return self._describe(transport) | {"id": producer.id}

    async def listen(self, dtls: Any, producers: list[str], capabilities: Any) -> dict[str, Any]:
        """Somebody who hears these."""
        transport = self._connect("recv", dtls)
        for it in producers:
            transport.consume(it, capabilities)
        return self._describe(transport)

    def _connect(self, direction: Direction, dtls: Any) -> Transport:
        transport = self.router.create_transport(direction)
        transport.connect(dtls)
        return transport

    def _describe(self, transport: Transport) -> dict[str, Any]:
        return {
            "port": self.endpoint.port,
            "ice": transport.ice_parameters,
            "dtls": transport.dtls_parameters,
        }

    async def capabilities(self) -> Any:
        """The room's."""
        return self.router.rtp_capabilities

    async def figures(self) -> dict[str, int]:
        """What must be zero."""
        return {"failed": self.endpoint.failed, "unsent": self.endpoint._sockets[0].unsent}

    async def take_over(self) -> None:
        """The loop in C, from now on and for ever; answers first."""
        asyncio.get_running_loop().call_later(0.1, self._run_floor)

    def _run_floor(self) -> None:
        (producer,) = self.router.producers.values()
        consumers = list(producer.consumers.values())
        forward = compile_c("floor.c").forward
        receiving = producer.transport._rx
        assert receiving is not None
        count = len(consumers)
        forward(
            self.endpoint._sockets[0].socket.fileno(),
            ctypes.c_void_p(_address(receiving._handle)),
            (ctypes.c_void_p * count)(*(_address(it._srtp._handle) for it in consumers)),
            (ctypes.c_void_p * count)(*(it._destination.pointer for it in consumers)),
            (ctypes.c_uint32 * count)(*(it.ssrc for it in consumers)),
            count,
            *(ctypes.c_void_p(it) for it in functions()[:2]),
        )


def _address(pointer: Any) -> int:
    from pylibsrtp._binding import ffi  # type: ignore[import-not-found]

    return int(ffi.cast("uintptr_t", pointer))


async def main() -> None:
    """Serves until it is told to stop."""
    server = Server()
    names = ("publish", "listen", "capabilities", "figures", "take_over")
    await serve({name: getattr(server, name) for name in names})
    server.endpoint.close()


if __name__ == "__main__":
    run(main())
