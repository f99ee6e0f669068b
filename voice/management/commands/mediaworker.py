"""`manage.py mediaworker`: the media processes of this machine, MEDIA_WORKERS of them."""

import sys
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    """Without arguments the supervisor; it starts itself again with them."""

    help = "Runs the media workers of this machine (MEDIA_WORKERS; see .env.example)."

    def add_arguments(self, parser: CommandParser) -> None:
        """For the supervisor's own use."""
        parser.add_argument("--number", type=int, help="be this one worker alone")
        parser.add_argument("--id", type=UUID, help="under this id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal."""
        if options["number"] is None:
            from voice.worker.supervisor import Supervisor

            sys.exit(Supervisor(settings.MEDIA_WORKERS).run())
        from uuid_utils.compat import uuid7

        from voice.worker.process import run

        sys.exit(run(options["number"], options["id"] or uuid7()))
