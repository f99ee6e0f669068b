"""People, rooms and tokens for the peer, as many as Parlor gets (seed.py)."""

import time
from dataclasses import dataclass
from uuid import uuid4

import jwt
import psycopg

from benchmarks.chat.seed import CHANNELS, MEMBERS, ROOMS


@dataclass(frozen=True)
class Filled:
    """Ids and tokens."""

    channels: list[str]
    rooms: list[str]
    tokens: list[str]


def fill(database_url: str, schema: str, people: int, secret: str) -> Filled:
    """Make the tables and what stands in them; everybody belongs to the rooms they will use."""
    users = [(str(uuid4()), f"Person {number}") for number in range(people)]
    channels = [(str(uuid4()), f"channel {n}", f"channel-{n}") for n in range(CHANNELS)]
    rooms = [(str(uuid4()), f"room {n}", f"room-{n}") for n in range(ROOMS)]
    with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(schema.encode())
        with cursor.copy("COPY users (id, display_name) FROM STDIN") as copy:
            for user in users:
                copy.write_row(user)
        with cursor.copy("COPY rooms (id, name, slug) FROM STDIN") as copy:
            for room in channels + rooms:
                copy.write_row(room)
        with cursor.copy("COPY members (room_id, user_id) FROM STDIN") as copy:
            for number, (room_id, _, _) in enumerate(channels + rooms):
                limit = MEMBERS if number < CHANNELS else people
                for user_id, _ in users[:limit]:
                    copy.write_row((room_id, user_id))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ANALYZE")
    return Filled(
        [room_id for room_id, _, _ in channels],
        [room_id for room_id, _, _ in rooms],
        [_token(user_id, name, secret) for user_id, name in users],
    )


def _token(user_id: str, name: str, secret: str) -> str:
    now_s = int(time.time())
    claims = {"sub": user_id, "name": name, "iat": now_s, "exp": now_s + 86_400}
    return jwt.encode(claims, secret, algorithm="HS256")
