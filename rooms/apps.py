from django.apps import AppConfig


class RoomsConfig(AppConfig):
    """Servers, rooms, membership, access."""

    name = "rooms"

    def ready(self) -> None:
        """Wire rooms into accounts' hooks and the socket floor's slots."""
        import rooms.handlers  # noqa: F401
        from accounts import hooks
        from realtime.sources import sources
        from rooms import access, queries, services
        from rooms.models import read_epoch

        hooks.person_registered.register(services.join_default_server)
        hooks.person_changed.register(services.tell_person_changed)
        sources.deployment = lambda: str(read_epoch())
        sources.heads = queries.read_heads
        sources.readers = access.readers_of
        sources.members = access.members_of
        sources.server_versions = queries.read_server_versions
