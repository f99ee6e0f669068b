"""What web processes and media workers say to each other over the control WebSocket.

Web → worker: `Ask` (`id` 0 wants no answer). Worker → web: `Answer`, and `News` nobody asked for.
JSON, so that a person can read along. No I/O here.
"""

from typing import Any

import msgspec

PATH = "/control"
MAX_MESSAGE_BYTES = 4 * 1024 * 1024


class Ask(msgspec.Struct, tag="ask"):
    """A method of the worker (voice/worker/desk.py), and what it is called with."""

    method: str
    data: dict[str, Any]
    id: int = 0


class Refusal(msgspec.Struct):
    """Why not: `kind` is the name of an error in api/errors.py; `field` is what is wrong."""

    kind: str
    message: str
    field: str = ""


class Answer(msgspec.Struct, tag="answer"):
    """To one Ask."""

    id: int
    ok: Any = None
    refusal: Refusal | None = None


class News(msgspec.Struct, tag="news"):
    """Something happened. `is_first`: this web process is the one to write it down."""

    name: str
    data: dict[str, Any]
    is_first: bool = False


encode = msgspec.json.Encoder().encode
decode_ask = msgspec.json.Decoder(Ask).decode
decode_said = msgspec.json.Decoder(Answer | News).decode
