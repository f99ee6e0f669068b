"""The REST floor as a Django app; it checks what only it can read in the settings."""

import sys

from django.apps import AppConfig
from django.conf import settings


class ApiConfig(AppConfig):
    """No models; checks RATE_LIMITS before anything is served."""

    name = "api"

    def ready(self) -> None:
        """Stop on a RATE_LIMITS nobody can read; warn where there are no limits at all."""
        from api import limits

        try:
            rates = limits.table(settings.RATE_LIMITS)
        except limits.BadRateLimits as wrong:
            print(f"Parlor cannot start: {wrong}", file=sys.stderr)  # noqa: T201
            raise SystemExit(1) from None
        if rates is None:
            print("Warning: RATE_LIMITS=off, nothing is rate-limited.", file=sys.stderr)  # noqa: T201
