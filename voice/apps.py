from django.apps import AppConfig


class VoiceConfig(AppConfig):
    """Voice channels and calls; `sfu` below it is pure media, `worker` its process."""

    name = "voice"

    def ready(self) -> None:
        """Register the frames, and take part in what rooms decide."""
        import voice.handlers  # noqa: F401
        from api.health import register_media_check
        from realtime import runtime
        from rooms import hooks
        from voice import live, queries, reactions

        runtime.on_start.append(live.start)
        register_media_check(queries.media_health)
        hooks.voice_count.fill(queries.voice_count)
        hooks.room_join_parts.register(queries.states_of_room)
        hooks.member_removed.register(reactions.on_member_removed)
        hooks.member_muted.register(reactions.on_member_muted)
        hooks.access_changed.register(reactions.on_access_changed)
        hooks.bitrate_changed.register(reactions.on_bitrate_changed)
        hooks.rooms_closed.register(reactions.on_rooms_closed)
