"""Both ways out carry the same bytes in the same order, and neither holds more than it may."""

import asyncio
from types import SimpleNamespace

import pytest
from uvicorn.config import Config
from websockets.frames import Frame
from websockets.protocol import State
from websockets.streams import StreamReader

from realtime import outlets, servers, socket
from realtime.closing import Close
from realtime.outlets import CHUNK_BYTES, AsgiOutlet, LentOutlet, text_frame
from realtime.socket import Socket
from realtime.tests.gateway_kit import until
from realtime.uvicorn_ws import Protocol, whole_texts

HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n"
)
DEFLATE = b"Sec-WebSocket-Extensions: permessage-deflate\r\n"


class Transport:
    """A connection's end: takes bytes, asks to wait when its peer does not read."""

    def __init__(self, protocol):
        self.protocol, self.writes, self.unread = protocol, [], 0
        self.reads, self.closing, self.aborted = True, False, False

    def write(self, data):
        assert not self.closing
        self.writes.append(bytes(data))
        if not self.reads:
            self.unread += len(data)
            if self.unread > CHUNK_BYTES:
                self.protocol.pause_writing()

    def read_on(self):
        """The peer reads everything, and goes on."""
        self.reads, self.unread = True, 0
        self.protocol.resume_writing()

    def abort(self):
        self.aborted = True

    def close(self):
        self.closing = True

    def is_closing(self):
        return self.closing

    def get_extra_info(self, name, default=None):
        return default

    def get_write_buffer_size(self):
        return self.unread

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass


class Line:
    """uvicorn's own protocol on such a transport, with its handshake done."""

    def __init__(self, *, deflate=False):
        self.app_ends = asyncio.Event()
        config = Config(self.app, ws_per_message_deflate=deflate, ws_ping_interval=None)
        config.load()
        config.loaded_app = self.app
        state = SimpleNamespace(connections=set(), tasks=set(), default_headers=[])
        self.protocol = Protocol(config, state, {}, asyncio.get_running_loop())
        self.transport = Transport(self.protocol)
        self.send = None

    async def app(self, scope, receive, send):
        await send({"type": "websocket.accept"})
        self.send = send
        await self.app_ends.wait()

    async def shake_hands(self, extra=b""):
        self.protocol.connection_made(self.transport)
        self.protocol.data_received(HANDSHAKE % extra)
        await until(lambda: self.send)
        self.transport.writes.clear()
        return self

    @property
    def frames(self):
        """Opcodes and data of every frame that was written."""
        reader, found = StreamReader(), []
        reader.feed_data(b"".join(self.transport.writes))
        reader.feed_eof()
        while reader.buffer:
            parsing = Frame.parse(reader.read_exact, mask=False)
            try:
                next(parsing)
            except StopIteration as done:
                found.append((int(done.value.opcode), bytes(done.value.data)))
        return found

    @property
    def texts(self):
        return [data.decode() for opcode, data in self.frames if opcode == 1]

    def socket(self, max_buffer_bytes=1_000_000):
        made = Socket(self.send, max_buffer_bytes)
        made.user_id = "alice"
        return made

    def socket_through_asgi(self, max_buffer_bytes=1_000_000):
        async def send(message):  # a function of nobody's: nothing can be lent behind it
            await self.send(message)

        made = Socket(send, max_buffer_bytes)
        made.user_id = "alice"
        return made


@pytest.fixture
async def line():
    made = await Line().shake_hands()
    yield made
    made.app_ends.set()


async def turns(count=3):
    for _ in range(count):
        await asyncio.sleep(0)


# --- the bytes -------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
async def test_a_frame_of_any_size_is_read_as_it_was_meant(line, size):
    line.transport.write(text_frame("ü" * (size // 2) + "x" * (size % 2)))
    assert [len(data) for _, data in line.frames] == [size]


async def test_uvicorn_lends_its_connection_and_not_a_compressed_one(line):
    assert isinstance(line.socket()._outlet, LentOutlet)
    assert isinstance(line.socket_through_asgi()._outlet, AsgiOutlet)
    compressed = await Line(deflate=True).shake_hands(DEFLATE)
    assert compressed.protocol.conn.extensions
    assert isinstance(compressed.socket()._outlet, AsgiOutlet)
    compressed.app_ends.set()


async def test_both_ways_out_say_the_same_to_the_last_byte():
    said = []
    for kind in ("socket", "socket_through_asgi"):
        line = await Line().shake_hands()
        speaker = getattr(line, kind)()
        for n in range(200):
            speaker.send(f"{n} " + "ö" * n * 3)
            if n % 50 == 0:
                await speaker.drained()
        speaker.close(Close.REPLACED)
        speaker.send("too late")
        await until(lambda here=line: here.protocol.close_sent)
        said.append(b"".join(line.transport.writes))
        line.app_ends.set()
    assert said[0] == said[1]


async def test_what_asgi_sends_stands_where_it_was_sent_among_lent_frames(line):
    speaker = line.socket()
    speaker.send("1")
    await turns()
    await line.send({"type": "websocket.send", "text": "2"})
    speaker.send("3")
    await speaker.drained()
    await line.send({"type": "websocket.send", "text": "4"})
    speaker.send("5")
    speaker.close(Close.RESTART)
    await until(lambda: line.protocol.close_sent)
    assert line.texts == ["1", "2", "3", "4", "5"]
    assert line.frames[-1] == (8, (1012).to_bytes(2, "big"))


# --- one write a turn ------------------------------------------------------------------------------
async def test_the_frames_of_one_turn_leave_in_one_write_and_are_built_once(monkeypatch):
    built = []

    def build(text, really=text_frame):
        built.append(text)
        return really(text)

    monkeypatch.setattr(outlets, "text_frame", build)
    lines = [await Line().shake_hands() for _ in range(20)]
    speakers = [line.socket() for line in lines]
    for text in ("a", "b", "c"):
        for speaker in speakers:
            speaker.send(text)
    await turns()
    assert built == ["a", "b", "c"]
    for line in lines:
        assert line.texts == ["a", "b", "c"]
        assert len(line.transport.writes) == 1
        line.app_ends.set()


# --- who does not read -----------------------------------------------------------------------------
async def test_nothing_more_is_written_to_who_does_not_read_and_all_of_it_when_they_do(line):
    speaker = line.socket()
    line.transport.reads = False
    texts = [f"{n} " + "x" * 20_000 for n in range(20)]
    for text in texts:
        speaker.send(text)
        await turns()
    assert line.transport.unread < 3 * CHUNK_BYTES
    assert len(line.texts) < 8
    line.transport.read_on()
    await turns()
    assert line.texts == texts
    assert not speaker.is_closing


async def test_a_large_backlog_is_handed_over_in_parts(line):
    """So that who reads a little of it is not taken for who has read it all."""
    speaker = line.socket()
    line.transport.reads = False
    for n in range(40):
        speaker.send(f"{n} " + "x" * 20_000)
        await turns()
    line.transport.unread = 0
    line.protocol.resume_writing()  # and reads no more
    assert line.transport.unread < 2 * CHUNK_BYTES
    assert speaker._outlet.waiting_bytes > 500_000


@pytest.mark.parametrize("kind", ["socket", "socket_through_asgi"])
async def test_the_buffer_is_bounded_in_bytes_not_characters(line, kind):
    speaker = getattr(line, kind)(100_000)
    line.protocol.pause_writing()
    given_up = []
    speaker.on_overflow = given_up.append
    for _ in range(7):
        speaker.send("☃" * 6_000)  # 18,000 bytes each
        await turns()
        if speaker.is_closing:
            break
    assert given_up == [speaker]
    assert speaker._outlet.waiting_bytes == 0
    line.transport.read_on()
    await until(lambda: line.protocol.close_sent)
    assert line.frames[-1] == (8, (4408).to_bytes(2, "big"))
    assert len(line.texts) <= 1  # what waited is for recovery


async def test_one_frame_of_any_size_is_let_through(line):
    speaker = line.socket(1_000)
    speaker.send("x" * 50_000)
    await turns()
    assert not speaker.is_closing
    line.protocol.pause_writing()
    speaker.send("y" * 50_000)
    assert not speaker.is_closing
    speaker.send("z")
    assert speaker.is_closing


async def test_who_reads_nothing_for_long_is_given_up_and_who_reads_slowly_is_not(
    line, monkeypatch
):
    now = [1_000.0]
    monkeypatch.setattr(outlets, "monotonic", lambda: now[0])
    monkeypatch.setattr(socket, "monotonic", lambda: now[0])
    speaker = line.socket()
    line.transport.reads = False
    for _ in range(30):
        speaker.send("x" * 20_000)
        await turns()
    for _ in range(3):
        now[0] += 9
        speaker.check_progress()
        assert not speaker.is_closing
        line.transport.unread = 0
        line.protocol.resume_writing()  # it has read a part
    now[0] += 9
    asyncio.get_running_loop().create_task(speaker.drained())  # waiting is no progress
    await turns()
    now[0] += 2
    speaker.check_progress()
    assert speaker.is_closing


async def test_who_never_takes_the_goodbye_is_cut_off(line, monkeypatch):
    monkeypatch.setattr(servers, "CUT_AFTER_S", 0.01)
    speaker = line.socket()
    line.protocol.pause_writing()
    speaker.send("a")
    speaker.close(Close.TOO_SLOW)
    await until(lambda: line.transport.aborted)
    assert line.texts == []


@pytest.mark.parametrize("end", ["goodbye", "lost"])
async def test_waiting_for_a_slow_reader_ends_when_the_connection_does(line, end):
    speaker = line.socket()
    line.protocol.pause_writing()
    speaker.send("a")
    waiting = asyncio.create_task(speaker.drained())
    await turns()
    assert not waiting.done()
    if end == "lost":
        line.protocol.connection_lost(ConnectionResetError())
    else:
        line.protocol.data_received(b"\x88\x82\0\0\0\0\x03\xe8")
        assert line.protocol.conn.state is State.CLOSING or not line.protocol.is_open
    await asyncio.wait_for(waiting, 10)
    speaker.send("b")
    await turns()
    assert line.texts == []


async def test_discarding_leaves_no_task_and_no_way_back(line):
    speaker = line.socket()
    line.protocol.pause_writing()
    speaker.send("a")
    speaker.close(Close.RESTART)
    closing = speaker._outlet._closing
    await turns()
    speaker.discard()
    await asyncio.wait([closing], timeout=10)
    assert closing.done()
    assert line.protocol.on_writable is None
    line.transport.read_on()
    assert line.texts == []


# --- whole messages, before ASGI -----------------------------------------------------------------
def masked(text, *, first=0x81, mask=b"\1\2\3\4"):
    """A client's frame."""
    data = text if isinstance(text, bytes) else text.encode()
    size = len(data)
    head = bytes([first, 0x80 | size]) if size < 126 else bytes([first, 0xFE]) + size.to_bytes(2)
    return head + mask + bytes(byte ^ mask[n % 4] for n, byte in enumerate(data))


@pytest.mark.parametrize(
    "texts", [["{}"], ["", "a", "é☃" * 50], ["x" * 125, "x" * 126, "x" * 65535]]
)
def test_whole_text_frames_are_read_at_once(texts):
    assert whole_texts(b"".join(map(masked, texts)), 1 << 20) == texts


@pytest.mark.parametrize(
    "data",
    [
        masked("half")[:-1],
        masked("whole") + b"\x81",
        masked("whole") + masked("half")[:7],
        masked("binary", first=0x82),
        masked("a part", first=0x01),
        masked("reserved", first=0xC1),
        masked("ping", first=0x89),
        masked(b"\xff"),
        masked("fine") + masked(b"\xc3"),
        masked("too long" * 20),
        b"\x81\x02hi",  # not masked
        b"\x81\xff" + (3).to_bytes(8) + b"\0\0\0\0abc",
        b"\x81\xfe\x00",
    ],
)
def test_whatever_else_comes_is_left_to_the_whole_parser(data):
    assert whole_texts(data, 100) is None


async def test_texts_go_to_who_takes_them_and_wait_for_asgi_otherwise(line):
    taken, protocol = [], line.protocol
    protocol.on_text = lambda text: {"text": text} if text == "later" else taken.append(text)
    while not protocol.queue.empty():
        protocol.queue.get_nowait()
    protocol.data_received(masked("1") + masked("2"))
    assert (taken, protocol.queue.qsize()) == (["1", "2"], 0)
    protocol.data_received(masked("later") + masked("3"))  # nothing overtakes what waits
    assert taken == ["1", "2"]
    waiting = [protocol.queue.get_nowait()["text"] for _ in range(2)]
    assert waiting == ["later", "3"]


async def test_a_message_in_parts_is_put_together_wherever_it_is_cut(line):
    taken, protocol = [], line.protocol
    protocol.on_text = taken.append
    stream = (
        masked("one") + masked("tw", first=0x01) + masked("", first=0x89) + masked("o", first=0x80)
    )
    stream += masked("three")
    for cut in range(1, len(stream)):
        while not protocol.queue.empty():
            protocol.queue.get_nowait()
        taken.clear()
        protocol.data_received(stream[:cut])
        protocol.data_received(stream[cut:])
        queued = [protocol.queue.get_nowait()["text"] for _ in range(protocol.queue.qsize())]
        assert sorted([*taken, *queued]) == ["one", "three", "two"], cut


async def test_after_the_goodbye_nothing_is_taken(line):
    taken = []
    line.protocol.on_text = taken.append
    line.protocol.data_received(b"\x88\x82\0\0\0\0\x03\xe8" + masked("late"))
    line.protocol.data_received(masked("later"))
    assert taken == []
