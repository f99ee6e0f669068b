"""`manage.py new_epoch`: after restoring a backup, so that clients do not believe old numbers."""

from typing import Any

from django.core.management.base import BaseCommand

from rooms import services


class Command(BaseCommand):
    """Changes the database's epoch; every client joins its rooms afresh (PROTOCOL.md, rule 7)."""

    help = "After a restore: start a new epoch, so that every client reads its rooms afresh."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints the new epoch."""
        self.stdout.write(f"The epoch is now {services.renew_epoch()}. Restart Parlor.")
