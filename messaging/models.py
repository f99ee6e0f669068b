"""Messages, reactions and mentions, written by the room log (log.py) alone; and how far people have
read. Fields and constraints only.
"""

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from rooms.models import Room


class MessageType(models.TextChoices):
    """Who speaks: a person or Parlor itself."""

    USER = "user"
    SYSTEM = "system"


class Message(models.Model):
    """One message. `seq` is its place for ever, `change_seq` the number of its last change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="messages")
    seq = models.BigIntegerField()
    change_seq = models.BigIntegerField()
    type = models.CharField(max_length=6, choices=MessageType, default=MessageType.USER)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages"
    )
    content = models.TextField(blank=True)
    html = models.TextField(blank=True)  # of `content`, rendered once; blank in old rows
    mentions = models.JSONField(default=list, blank=True)  # ids of people
    nonce = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)
    reply_to = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["room", "seq"], name="message_room_seq"),
            models.UniqueConstraint(fields=["room", "change_seq"], name="message_room_change_seq"),
            models.UniqueConstraint(
                fields=["room", "sender", "nonce"], name="message_room_sender_nonce"
            ),
        )

    def __str__(self) -> str:
        return f"{self.seq} in {self.room_id}"


class Reaction(models.Model):
    """A person's reaction to a message with one emoji.

    `emoji_seq` is the number at which that emoji came under the message: it keeps its place among
    the others while anybody uses it, whoever was first.
    """

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="reactions", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reactions"
    )
    emoji = models.CharField(max_length=64)
    emoji_seq = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["message", "emoji", "user"], name="reaction_once"),
        )

    def __str__(self) -> str:
        return f"{self.emoji} by {self.user_id}"


class Mention(models.Model):
    """`Message.mentions` as rows with the message's `seq`, so that unread ones are counted quickly.

    A deleted message has none.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mention_rows")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="mention_rows",
        db_index=False,
    )
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="mention_rows", db_index=False
    )
    seq = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "room", "seq"], name="mention_user_room_seq"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} at {self.seq}"


class ReadMark(models.Model):
    """Up to which number a person has read a room. Without one nothing was read."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="read_marks",
        db_index=False,
    )
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="read_marks")
    seq = models.BigIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "room"], name="read_mark_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} read up to {self.seq}"
