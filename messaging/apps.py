from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Messages: the room log, history, recovery."""

    name = "messaging"

    def ready(self) -> None:
        """Register the frames and the socket floor's slot."""
        import messaging.handlers  # noqa: F401
        from messaging import reading, recovery, unread
        from realtime.sources import sources
        from rooms import hooks

        sources.changes_after = recovery.pages_after
        sources.activity = unread.activity
        hooks.read_states.register(unread.read_states)
        hooks.member_added.register(reading.start_reading)
