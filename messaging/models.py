"""Messages. Fields and constraints only; the room log (log.py) is the one writer."""

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
