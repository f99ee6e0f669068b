"""The process under test: aiortc as its examples forward sound, a MediaRelay and a connection each.

Its receiver decodes what comes, and each listener's sender encodes it anew.
"""

import asyncio
from typing import Any

import aioice.ice
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay
from aiortc.mediastreams import MediaStreamTrack

from benchmarks.voice.peers.serving import serve


class Server:
    """One room with one sender."""

    def __init__(self) -> None:
        self._relay = MediaRelay()
        self._connections: list[RTCPeerConnection] = []
        self._source: MediaStreamTrack | None = None

    async def publish(self, sdp: str) -> dict[str, str]:
        """Who sends."""
        connection = self._open()

        def on_track(track: MediaStreamTrack) -> None:
            self._source = track

        connection.on("track", on_track)
        return await self._answer(connection, sdp)

    async def listen(self, sdp: str) -> dict[str, str]:
        """Who hears."""
        connection = self._open()
        assert self._source is not None
        connection.addTrack(self._relay.subscribe(self._source))
        return await self._answer(connection, sdp)

    def _open(self) -> RTCPeerConnection:
        connection = RTCPeerConnection()
        self._connections.append(connection)
        return connection

    async def _answer(self, connection: RTCPeerConnection, sdp: str) -> dict[str, str]:
        await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        answer: Any = await connection.createAnswer()
        await connection.setLocalDescription(answer)
        return {"sdp": connection.localDescription.sdp}


async def main() -> None:
    """Serves until it is told to stop."""
    # aioice leaves the loopback out, which is all that the bench uses.
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    server = Server()
    await serve({"publish": server.publish, "listen": server.listen})


if __name__ == "__main__":
    asyncio.run(main())
