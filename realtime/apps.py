from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """The socket floor: no domain, no models."""

    name = "realtime"

    def ready(self) -> None:
        """Register the floor's own frames."""
        import realtime.handlers  # noqa: F401
