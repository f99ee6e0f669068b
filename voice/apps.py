from django.apps import AppConfig


class VoiceConfig(AppConfig):
    """Voice channels and calls; `sfu` below it is pure media. Empty until its issues."""

    name = "voice"
