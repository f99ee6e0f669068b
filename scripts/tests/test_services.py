"""Servers that tests may take away."""

import psycopg
import pytest
import redis

from scripts import services
from scripts.testing import redis_url_of

pytestmark = pytest.mark.services


def test_a_redis_of_one_s_own_comes_and_goes_on_one_port() -> None:
    with services.private_redis() as server:
        client = redis.Redis.from_url(server.url, socket_timeout=0.3, retry=None)
        assert client.ping()
        server.kill()
        with pytest.raises(redis.ConnectionError):
            client.ping()
        server.start()
        assert client.ping()
        server.pause()
        with pytest.raises(redis.TimeoutError):
            client.ping()
        server.resume()
        assert client.ping()
        server.stop()
        assert not services.redis_answers(server.port)
        client.close()


def test_a_postgres_of_one_s_own_keeps_what_was_committed_when_killed() -> None:
    with services.private_postgres() as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'Ä' AS letter")
        server.kill()
        assert not services.postgres_answers(server.url)
        server.start()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT lower(letter) FROM kept").fetchone() == ("ä",)
    assert not services.postgres_answers(server.url)


def test_each_worker_has_a_redis_database_of_its_own() -> None:
    urls = {redis_url_of(worker, "redis://127.0.0.1:6379/9") for worker in ("gw0", "gw1", "gw2")}
    assert urls == {f"redis://127.0.0.1:6379/{number}" for number in (9, 10, 11)}
    assert redis_url_of("", "redis://127.0.0.1:6379/9") == "redis://127.0.0.1:6379/9"
