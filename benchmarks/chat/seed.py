"""Fills a fresh Parlor with people, channels and rooms, and signs tokens for the people.

Runs in a process of its own with the bench's settings: `python -m benchmarks.chat.seed FILE 300`.
Setting the scene is not measured, so people are written in bulk; channels and rooms are made by
Parlor's own services. What is measured goes through the public doors alone.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from accounts.models import User
    from rooms.models import Server

CHANNELS = 20  # of the server that everybody (up to MEMBERS) belongs to
ROOMS = 50  # that stand alone
MEMBERS = 5000
BATCH = 500


def main(arguments: list[str]) -> None:
    """Write {server, channels, rooms, tokens} to the file."""
    django.setup()
    path, count = Path(arguments[0]), int(arguments[1])
    from accounts.models import User
    from rooms import queries, services
    from rooms.models import RoomType

    admin = User.objects.get(username="admin")
    server = queries.default_server()
    assert server is not None
    channels = [
        services.create_room(admin, kind=RoomType.TEXT, name=f"channel {number}", server=server)
        for number in range(CHANNELS)
    ]
    rooms = [
        services.create_room(admin, kind=RoomType.TEXT, name=f"room {number}")
        for number in range(ROOMS)
    ]
    tokens = _people(count, server)
    told = {
        "server": str(server.pk),
        "channels": [str(room.pk) for room in channels],
        "rooms": [str(room.pk) for room in rooms],
        "tokens": tokens,
    }
    path.write_text(json.dumps(told))


def _people(count: int, server: "Server") -> list[str]:
    """People with a session each; the first of them are members who have read everything."""
    from django.utils import timezone

    from accounts.models import Session, User
    from accounts.tokens import access_token

    people = [
        User(username=f"bench-{number:05d}", display_name=f"Person {number}", password="!")  # noqa: S106
        for number in range(count)
    ]
    User.objects.bulk_create(people, batch_size=BATCH)
    expires_at = timezone.now() + timedelta(days=1)
    sessions = [Session(user=person, expires_at=expires_at) for person in people]
    Session.objects.bulk_create(sessions, batch_size=BATCH)
    _membership(people[:MEMBERS], server)
    return [
        access_token(person, session.pk) for person, session in zip(people, sessions, strict=True)
    ]


def _membership(people: "list[User]", server: "Server") -> None:
    from rooms.models import ServerMember

    ServerMember.objects.bulk_create(
        [ServerMember(server=server, user=person) for person in people], batch_size=BATCH
    )
    _mark_all_read(server)


def _mark_all_read(server: "Server") -> None:
    """A mark per member and room, as coming in leaves one; by one statement, there are many."""
    from django.db import connection
    from django.utils import timezone

    from messaging.models import ReadMark
    from messaging.unread import key_of
    from rooms.models import Room, ServerMember

    marks, members, rooms = (model._meta.db_table for model in (ReadMark, ServerMember, Room))
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {marks} (user_id, room_id, seq, updated_at)"  # noqa: S608
            f" SELECT m.user_id, r.id, 0, %s FROM {members} m"
            f" JOIN {rooms} r ON r.server_id = m.server_id WHERE m.server_id = %s"
            " ON CONFLICT DO NOTHING",
            [now, key_of(server.pk)],
        )


if __name__ == "__main__":
    main(sys.argv[1:])
