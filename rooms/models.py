"""Servers, rooms, who belongs to them and how they stand, and each room's counter. Fields only."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone
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


class SanctionKind(models.TextChoices):
    """What was taken from somebody: everything, or taking part."""

    BAN = "ban"
    TIMEOUT = "timeout"


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


class ServerRole(models.Model):
    """A role of a server's own making, given beside the built-in standing (`ServerMember.role`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="roles")
    name = models.CharField(max_length=32)
    colour = models.CharField(max_length=7, blank=True)
    position = models.PositiveIntegerField(default=0)  # 0 stands highest
    permissions = models.PositiveIntegerField(default=0)  # access.Permission

    class Meta:
        constraints = (
            models.UniqueConstraint("server", Lower("name"), name="server_role_name_once"),
        )

    def __str__(self) -> str:
        return self.name


class MemberRole(models.Model):
    """A member has a role; it goes with the membership."""

    member = models.ForeignKey(ServerMember, on_delete=models.CASCADE, related_name="given")
    role = models.ForeignKey(ServerRole, on_delete=models.CASCADE, related_name="given")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["member", "role"], name="member_role_once"),)

    def __str__(self) -> str:
        return f"{self.member_id} is {self.role_id}"


class Category(models.Model):
    """A heading that channels of a server stand under."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="categories")
    name = models.CharField(max_length=64)
    position = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


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
    category = models.ForeignKey(
        Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="rooms"
    )
    position = models.PositiveIntegerField(default=0)
    is_private = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)  # read, but no longer written in
    guests_allowed = models.BooleanField(default=True)
    # A direct room's people, as one word: the database keeps one room per set of people.
    direct_key = models.CharField(max_length=64, unique=True, null=True, blank=True)
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


class RoomVisit(models.Model):
    """One stay of a person in a room: open while `left_at` is null."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="visits")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="visits"
    )
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["room", "user"],
                condition=models.Q(left_at=None),
                name="room_visit_one_open",
            ),
        )
        indexes = (models.Index(fields=["room", "joined_at"], name="room_visit_order"),)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id} since {self.joined_at}"


class RoomOverride(models.Model):
    """What a channel allows or denies to a role or a person, beyond their standing.

    Exactly one of `builtin` ("member": everybody; "moderator"), `role` and `user` is set. No bit is
    in both `allow` and `deny`.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="overrides")
    builtin = models.CharField(max_length=10, blank=True)
    role = models.ForeignKey(
        ServerRole, on_delete=models.CASCADE, null=True, blank=True, related_name="overrides"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="overrides"
    )
    allow = models.PositiveIntegerField(default=0)
    deny = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["room", "builtin"],
                condition=~models.Q(builtin=""),
                name="room_override_builtin_once",
            ),
            models.UniqueConstraint(fields=["room", "role"], name="room_override_role_once"),
            models.UniqueConstraint(fields=["room", "user"], name="room_override_user_once"),
            models.CheckConstraint(
                condition=models.Q(builtin="", role=None, user__isnull=False)
                | models.Q(builtin="", role__isnull=False, user=None)
                | models.Q(builtin__in=["member", "moderator"], role=None, user=None),
                name="room_override_of_one",
            ),
        )

    def __str__(self) -> str:
        return f"{self.builtin or self.role_id or self.user_id} in {self.room_id}"


class Sanction(models.Model):
    """A ban or a timeout, in a server or in one room. It ends by itself: whoever checks compares
    `until` with the clock, and no job has to come by. It outlives the membership.
    """

    kind = models.CharField(max_length=7, choices=SanctionKind)
    server = models.ForeignKey(
        Server, on_delete=models.CASCADE, null=True, blank=True, related_name="sanctions"
    )
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, null=True, blank=True, related_name="sanctions"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sanctions"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)
    until = models.DateTimeField(null=True, blank=True)  # null: for good
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["kind", "server", "user"], name="sanction_once_server"),
            models.UniqueConstraint(fields=["kind", "room", "user"], name="sanction_once_room"),
            models.CheckConstraint(
                condition=models.Q(server=None, room__isnull=False)
                | models.Q(server__isnull=False, room=None),
                name="sanction_in_one_place",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class Invite(models.Model):
    """A way into a server, for whoever has its code."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=16, unique=True)
    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="invites")
    inviter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invites"
    )
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    uses = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(max_uses=None) | models.Q(uses__lte=models.F("max_uses")),
                name="invite_not_used_up_twice",
            ),
        )

    def __str__(self) -> str:
        return self.code


class InviteUse(models.Model):
    """Who came by which invite."""

    invite = models.ForeignKey(Invite, on_delete=models.CASCADE, related_name="used")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user_id} by {self.invite_id}"


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
