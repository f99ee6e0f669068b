"""A UDP road that loses, doubles and delays: what lies between a caller and the media core.

Seeded, so that the same packets suffer each time as far as timing allows. Every client gets a way
of its own to the server, as behind a NAT. Knows nothing of what goes over it.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Any

Address = tuple[str, int]
MAX_DELAY_S = 0.03  # a delayed packet is overtaken by one or two others


class RoughRoad(asyncio.DatagramProtocol):
    """Relays a port to the server's. `loss`, `copies` and `disorder` are shares, 0–1."""

    def __init__(self, target: Address, seed: int = 1) -> None:
        self.target = target
        self.loss = self.copies = self.disorder = 0.0
        self.passed = self.lost = 0
        self._random = random.Random(seed)
        self._transport: Any = None
        self._ways: dict[Address, _Way] = {}

    async def open(self) -> int:
        """Its port."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        return int(self._transport.get_extra_info("sockname")[1])

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, address: Address) -> None:
        way = self._ways.get(address)
        if way is None:
            way = self._ways[address] = _Way(self, address)
            way.opening = asyncio.ensure_future(way.open())
        self.carry(way.to_server, data)

    def carry(self, send: Callable[[bytes], None], data: bytes) -> None:
        """One datagram, one way."""
        if self._random.random() < self.loss:
            self.lost += 1
            return
        self.passed += 1
        for _ in range(2 if self._random.random() < self.copies else 1):
            if self._random.random() < self.disorder:
                delay_s = self._random.random() * MAX_DELAY_S
                asyncio.get_running_loop().call_later(delay_s, send, data)
            else:
                send(data)

    def to_client(self, data: bytes, address: Address) -> None:
        if not self._transport.is_closing():
            self._transport.sendto(data, address)

    def close(self) -> None:
        """Ends all ways."""
        for way in self._ways.values():
            way.close()
        self._transport.close()


class _Way(asyncio.DatagramProtocol):
    """One client's."""

    def __init__(self, road: RoughRoad, client: Address) -> None:
        self.road, self.client = road, client
        self._transport: Any = None
        self._early: list[bytes] = []
        self.opening: asyncio.Future[None] | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, remote_addr=self.road.target)

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        for data in self._early:
            transport.sendto(data)

    def to_server(self, data: bytes) -> None:
        if self._transport is None:
            self._early.append(data)
        elif not self._transport.is_closing():
            self._transport.sendto(data)

    def datagram_received(self, data: bytes, address: Address) -> None:
        self.road.carry(lambda it: self.road.to_client(it, self.client), data)

    def error_received(self, exc: Exception) -> None:
        """The server has closed its port: nothing to do."""

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
