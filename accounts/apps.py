"""People, sessions and tokens as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Fills the slots by which the socket floor asks about people."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Wire up."""
        from accounts import queries, services
        from api.text import clean_line
        from realtime.sources import sources

        sources.sessions_ended_within = queries.sessions_ended_within
        sources.people_changed_within = queries.people_changed_within
        sources.keep_presence = services.keep_presence
        sources.clean_line = clean_line
