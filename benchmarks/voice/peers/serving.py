"""For servers in Python: reads requests from stdin inside the event loop and answers them."""

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

Method = Callable[..., Awaitable[Any]]


def _say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def serve(methods: dict[str, Method]) -> None:
    """Until SIGTERM or the end of stdin. The first line says that everything is loaded."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    task = asyncio.current_task()
    assert task is not None
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    _say("ready")
    try:
        while line := await reader.readline():
            asked = json.loads(line)
            answer = await methods[asked.pop("method")](**asked)
            _say(answer)
    except asyncio.CancelledError:
        pass
