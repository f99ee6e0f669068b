"""A line to Redis: answers in the order of the questions, and never one that is waited for in vain."""

import asyncio
import time

import pytest
import redis

from realtime.redis_line import Line
from scripts.services import private_redis


def line_to(url, **more):
    return Line(url, connect_timeout_s=0.5, answer_timeout_s=0.2, **more)


async def test_where_nobody_answers_that_is_said():
    line = line_to("redis://127.0.0.1:9/0")
    with pytest.raises((redis.RedisError, OSError)):
        await line.ask("PING")
    with pytest.raises(redis.ConnectionError):
        line.tell("PING")
    line.close()


async def test_who_takes_connections_and_is_silent_is_given_up():
    async with await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0) as silent:
        line = line_to(f"redis://127.0.0.1:{silent.sockets[0].getsockname()[1]}/0")
        with pytest.raises((redis.RedisError, OSError, TimeoutError)):
            await asyncio.wait_for(line.ask("PING"), 10)


@pytest.fixture(scope="module")
def own_redis():
    with private_redis() as server:
        yield server


@pytest.fixture
async def line(own_redis):
    made = line_to(own_redis.url)
    yield made
    made.close()


@pytest.mark.services
async def test_many_questions_at_once_are_answered_in_order(line):
    echoes = await asyncio.gather(*(line.ask("ECHO", f"é{n}") for n in range(500)))
    assert [echo.decode() for echo in echoes] == [f"é{n}" for n in range(500)]


@pytest.mark.services
async def test_an_error_is_one_questions_own(line):
    wrong, right = await asyncio.gather(
        line.ask("NOSUCH"), line.ask("ECHO", b"x"), return_exceptions=True
    )
    assert isinstance(wrong, redis.ResponseError)
    assert right == b"x"


@pytest.mark.services
async def test_a_question_that_nobody_waits_for_costs_the_next_nothing(line):
    await line.connect()
    asking = asyncio.create_task(line.ask("ECHO", "given up"))
    await asyncio.sleep(0)
    asking.cancel()
    assert await line.ask("ECHO", "asked") == b"asked"


@pytest.mark.services
async def test_a_process_that_stood_still_does_not_blame_redis(line):
    await line.connect()
    asking = asyncio.create_task(line.ask("ECHO", "x"))
    await asyncio.sleep(0)
    time.sleep(0.4)
    assert await asking == b"x"


@pytest.mark.services
async def test_a_paused_redis_is_given_up_and_found_again(line, own_redis):
    await line.connect()
    own_redis.pause()
    try:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(line.ask("PING"), 10)
        assert line.lost.is_set()
    finally:
        own_redis.resume()
    assert await line.ask("ECHO", "back") == b"back"


@pytest.mark.services
async def test_a_restarted_redis_is_found_again(line, own_redis):
    assert await line.ask("ECHO", "before") == b"before"
    await asyncio.to_thread(own_redis.kill)
    await asyncio.wait_for(line.lost.wait(), 10)
    await asyncio.to_thread(own_redis.start)
    assert await line.ask("ECHO", "after") == b"after"


@pytest.mark.services
async def test_a_subscriber_hears_what_is_published(own_redis, line):
    heard = asyncio.Queue()
    ear = line_to(own_redis.url, on_push=heard.put_nowait)
    await ear.connect()
    ear.tell("SUBSCRIBE", "channel")
    assert (await heard.get())[0] == b"subscribe"
    assert await line.ask("PUBLISH", "channel", b"\0\xff") == 1
    assert await heard.get() == [b"message", b"channel", b"\0\xff"]
    ear.close()
