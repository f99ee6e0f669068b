from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Messages: the room log, history, recovery."""

    name = "messaging"

    def ready(self) -> None:
        """Register the frames and the socket floor's slot."""
        import messaging.handlers  # noqa: F401
        from messaging import recovery
        from realtime.sources import sources

        sources.changes_after = recovery.pages_after
