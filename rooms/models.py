"""Servers, their members, rooms, who belongs to them, and each room's counter. Fields only."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from uuid_utils.compat import uuid7


class RoomType(models.TextChoices):
    """What a room is for."""

    TEXT = "text"
    VOICE = "voice"
    ANNOUNCEMENT = "announcement"
    CALL = "call"
    DIRECT = "direct"


class Role(models.TextChoices):
    """A member's standing in a server, or in a room that stands alone."""

    OWNER = "owner"
    ADMIN = "admin"
    MODERATOR = "moderator"
    MEMBER = "member"


class Server(models.Model):
    """A community with channels and members."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=110, unique=True)
    description = models.TextField(max_length=1000, blank=True)
    icon_url = models.URLField(max_length=500, blank=True)
    banner_url = models.URLField(max_length=500, blank=True)
    is_public = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owned_servers"
    )
    # Grows with every change its members can see; `pong` carries it.
    version = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="server_one_default",
            ),
        )

    def __str__(self) -> str:
        return self.name


class ServerMember(models.Model):
    """A person's membership of a server."""

    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    nickname = models.CharField(max_length=64, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["server", "user"], name="server_member_once"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} in {self.server_id}"


class Room(models.Model):
    """A channel of a server (`server` set) or a room that stands alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    server = models.ForeignKey(
        Server, on_delete=models.CASCADE, null=True, blank=True, related_name="rooms"
    )
    type = models.CharField(max_length=12, choices=RoomType, default=RoomType.TEXT)
    name = models.CharField(max_length=100, blank=True)
    # Slugs and codes stay taken after a room is deleted: links never lead elsewhere.
    slug = models.SlugField(max_length=110, unique=True, null=True, blank=True)
    code = models.CharField(max_length=14, unique=True, null=True, blank=True)
    topic = models.CharField(max_length=1024, blank=True)
    description = models.TextField(max_length=1000, blank=True)
    position = models.PositiveIntegerField(default=0)
    is_private = models.BooleanField(default=False)
    slow_mode_seconds = models.PositiveIntegerField(default=0)
    max_participants = models.PositiveIntegerField(null=True, blank=True)
    bitrate = models.PositiveIntegerField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="created_rooms"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = (models.Index(fields=["server", "position"], name="room_server_position"),)

    def __str__(self) -> str:
        return self.name or self.code or str(self.id)

    @property
    def is_active(self) -> bool:
        """Whether anything can still happen in it."""
        return self.ended_at is None and self.deleted_at is None


class RoomMember(models.Model):
    """A person's membership of a room that has members of its own (private, call, direct)."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="room_memberships"
    )
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["room", "user"], name="room_member_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id}"


class RoomHead(models.Model):
    """A room's counter, in a narrow row of its own (PROTOCOL.md, sequence rules 1 and 8).

    `last_seq` and `message_count` are written only by messaging's room log, `access_version` only
    by rooms' services: it grows whenever somebody may do less than before.
    """

    room = models.OneToOneField(
        Room, on_delete=models.CASCADE, primary_key=True, related_name="head"
    )
    last_seq = models.BigIntegerField(default=0)
    floor_seq = models.BigIntegerField(default=0)
    access_version = models.BigIntegerField(default=1)
    message_count = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.room_id} at {self.last_seq}"


class DatabaseEpoch(models.Model):
    """One row, made by the first migration, changed only by `manage.py new_epoch` (rule 7)."""

    value = models.UUIDField(default=uuid7)
    made_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.value)


def read_epoch() -> UUID:
    """The epoch of this database."""
    found = DatabaseEpoch.objects.order_by("-pk").values_list("value", flat=True).first()
    if found is None:
        raise RuntimeError("This database has no epoch. Run `manage.py migrate`.")
    return found
