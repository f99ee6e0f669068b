"""`manage.py seed`: on an empty database, the server "Parlor", its channels and an admin."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.services import create_admin
from rooms import queries, services
from rooms.models import RoomType

CHANNELS = (
    (RoomType.TEXT, "general", "Anything and everything"),
    (RoomType.ANNOUNCEMENT, "announcements", "What everybody should know"),
    (RoomType.VOICE, "Lounge", "Sit down and talk"),
)


class Command(BaseCommand):
    """Idempotent: does nothing once there is a default server."""

    help = "Make the first server, its channels and an admin, where there is none yet."

    def handle(self, *args: Any, **options: Any) -> None:
        """The password is printed once and kept nowhere."""
        if queries.default_server() is not None:
            return
        password = secrets.token_urlsafe(12)
        with transaction.atomic():
            admin = create_admin(
                username="admin", password=password, email="admin@parlor.localhost"
            )
            server = services.create_server(
                admin, name="Parlor", description="Welcome. Pull up a chair.", is_default=True
            )
            for kind, name, topic in CHANNELS:
                services.create_room(admin, kind=kind, name=name, server=server, topic=topic)
        self.stdout.write(
            "Made the server “Parlor”. Its admin signs in as admin@parlor.localhost (in /admin/ as "
            f"“admin”) with this password, shown only now: {password}"
        )
