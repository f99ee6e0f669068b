"""uvicorn's WebSocket protocol, with an end to every connection, and lent to who has whole frames.

Chosen by `--ws realtime.uvicorn_ws:Protocol`. As it stands, uvicorn 0.54 answers nothing to a
handshake whose headers are too long, logs tracebacks for invalid UTF-8 (and drops the connection
without a close frame if a goodbye follows at once), lets pongs pile up for who pings and does not
read, and waits for ever for a dead peer to read its last bytes.
Knows nothing of what the frames say.
"""

import logging
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame
from websockets.protocol import State

from realtime.closing import Close

try:
    from websockets.speedups import apply_mask
except ImportError:  # no wheel for this machine
    from websockets.utils import apply_mask

MAX_UNREAD_BYTES = 256 * 1024  # well above where the transport asks a writer to wait
CUT_AFTER_S = 5.0


def _is_ours(record: logging.LogRecord) -> bool:
    """Bytes that are no UTF-8 are the client's fault: no traceback for them."""
    return not (record.exc_info and isinstance(record.exc_info[1], UnicodeDecodeError))


_log = logging.getLogger("uvicorn.error.ws")
_log.addFilter(_is_ours)


def whole_texts(data: bytes, max_size: int | None) -> list[str] | None:
    """The messages in `data`, if it is nothing but whole, short, masked text frames (RFC 6455 §5.2)
    of UTF-8; else None, and websockets' parser shall say what it is.
    """
    texts, at, end = [], 0, len(data)
    while at < end:
        if end - at < 6 or data[at] != 0x81 or data[at + 1] < 0x80:
            return None
        size, head = data[at + 1] & 0x7F, at + 2
        if size == 126:
            size, head = int.from_bytes(data[head : head + 2], "big"), head + 2
        at = head + 4 + size
        if size == 127 or at > end or (max_size is not None and size > max_size):
            return None
        try:
            texts.append(apply_mask(data[head + 4 : at], data[head : head + 4]).decode())
        except UnicodeDecodeError:
            return None
    return texts


class Protocol(WebSocketsSansIOProtocol):
    """One connection."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.logger = _log
        self.on_writable: Callable[[], None] | None = None
        self.on_text: Callable[[str], dict[str, Any] | None] | None = None

    # --- whole frames, beside ASGI (realtime/outlets.py) -----------------------------------------
    def lend(self) -> "Protocol | None":
        """This connection, unless its frames are compressed: then only ASGI's way knows how."""
        return None if self.conn.extensions else self

    @property
    def is_open(self) -> bool:
        """Whether a frame may still be written."""
        is_here = not (self.disconnected or self.close_sent or self.transport.is_closing())
        return is_here and self.handshake_complete and self.conn.state is State.OPEN

    @property
    def is_writable(self) -> bool:
        """Whether the transport does not ask to wait."""
        return self.writable.is_set()

    def write_frames(self, data: bytes) -> None:
        """Any number of whole frames; what ASGI sends later stands behind them."""
        self.transport.write(data)

    def resume_writing(self) -> None:
        """The peer has read."""
        super().resume_writing()
        self._tell_writer()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone: nobody need wait for its peer any more."""
        super().connection_lost(exc)
        self._tell_writer()

    def handle_close(self, event: Frame) -> None:
        """The peer said goodbye: likewise."""
        super().handle_close(event)
        self._tell_writer()

    def _tell_writer(self) -> None:
        if self.on_writable is not None:
            self.on_writable()

    # --- whole messages, before ASGI (realtime/consumers.py) --------------------------------------
    @property
    def _is_between_frames(self) -> bool:
        """Whether websockets' parser has read all it got, and no message is half there: of its
        generators the innermost then waits for more, or for the end.
        """
        conn, waiting = self.conn, self.conn.parser
        while (inner := getattr(waiting, "gi_yieldfrom", None)) is not None:
            waiting = inner
        is_between = getattr(waiting, "__name__", "") == "at_eof"
        return is_between and conn.state is State.OPEN and conn.current_size is None

    def _take_text(self, text: str) -> None:
        if self.close_sent or self.disconnected:
            return
        message: Any = {"type": "websocket.receive", "text": text}
        if self.on_text is not None and self.queue.empty():
            message = self.on_text(text)
        if message is not None:
            self.queue.put_nowait(message)
            if not self.read_paused:
                self.read_paused = True
                self.transport.pause_reading()

    # --- ends ------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Bytes came; those of a handshake that cannot be read are answered, too."""
        if self.on_text is not None and self._is_between_frames:
            texts = whole_texts(data, self.conn.max_message_size)
            if texts is not None:
                for text in texts:
                    self._take_text(text)
                return
        super().data_received(data)
        if not self.handshake_initiated and self.conn.handshake_exc is not None:
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    def send_receive_event_to_app(self) -> None:
        """A message is complete."""
        try:
            super().send_receive_event_to_app()
        except InvalidState:  # no UTF-8, but the client's goodbye was read already: that counts
            self.frames = []

    def handle_ping(self) -> None:
        """A ping came, its pong is on its way; for who does not read them there is an end."""
        super().handle_ping()
        if self.transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            self.transport.abort()

    def keepalive_timeout(self) -> None:
        """The peer did not answer a ping: it is gone, or so slow that it must recover."""
        self.pong_timer = self.pending_ping_payload = None
        if self.close_sent or self.transport.is_closing():
            return
        self.conn.fail(Close.TOO_SLOW)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()
        self.loop.call_later(CUT_AFTER_S, self.transport.abort)
