"""Who sits in voice, on which media worker, and how well they heard. Fields only.

Times that decide something (leases, ends) are the database's, so that no machine's clock matters.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from rooms.models import Room


class MediaWorker(models.Model):
    """One media process. It lives while `beat_at` is fresh; `lost_at` fences it for ever."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    url = models.CharField(max_length=200)  # its control WebSocket
    beat_at = models.DateTimeField(db_default=Now())
    busy = models.FloatField(default=0.0)  # share of one core, 0–1
    is_draining = models.BooleanField(default=False)
    lost_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.url


class MediaRoom(models.Model):
    """Where a room's media is: the lease. `generation` grows each time it is placed; a worker
    refuses what carries an older one.
    """

    room = models.OneToOneField(
        Room, on_delete=models.CASCADE, primary_key=True, related_name="media"
    )
    worker = models.ForeignKey(
        MediaWorker, on_delete=models.SET_NULL, null=True, related_name="rooms"
    )
    generation = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.room_id} on {self.worker_id} ({self.generation})"


class VoiceSession(models.Model):
    """Somebody sits in a room's voice. The row goes when they go."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="voice_sessions")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="voice_session"
    )
    sign_in = models.ForeignKey(
        "accounts.Session", on_delete=models.CASCADE, related_name="voice_sessions"
    )
    worker = models.ForeignKey(MediaWorker, on_delete=models.SET_NULL, null=True, related_name="+")
    generation = models.BigIntegerField()
    is_of_gateway = models.BooleanField()  # joined by a socket, and bound to sockets
    is_moving = models.BooleanField(default=False)  # its media is lost; awaited elsewhere
    muted = models.BooleanField(default=False)
    deafened = models.BooleanField(default=False)
    server_muted = models.BooleanField(default=False)
    may_video = models.BooleanField(default=True)
    video = models.BooleanField(default=False)
    screen_sharing = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)  # of what others see
    joined_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True, blank=True)  # unless somebody says otherwise
    recheck_at = models.DateTimeField(null=True, blank=True)  # a timeout is over then

    class Meta:
        indexes = (models.Index(fields=["room", "joined_at"], name="voice_session_seats"),)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id}"


class VoiceMute(models.Model):
    """Somebody is silenced in a room's voice until somebody lifts it; it outlives the session."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="voice_mutes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["room", "user"], name="voice_mute_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id}"


class CallMetrics(models.Model):
    """How well a person heard and was heard for a while. Null: not known."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="call_metrics")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="call_metrics"
    )
    timestamp = models.DateTimeField(db_default=Now(), db_index=True)
    bitrate = models.BigIntegerField(null=True)  # bit/s, both directions
    packet_loss = models.FloatField(null=True)  # 0–1, of the worse direction
    jitter = models.FloatField(null=True)  # s
    rtt = models.FloatField(null=True)  # ms
    resolution = models.CharField(max_length=20, blank=True)
    fps = models.FloatField(null=True)

    class Meta:
        indexes = (models.Index(fields=["room", "-timestamp"], name="call_metrics_of_room"),)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id} at {self.timestamp}"
