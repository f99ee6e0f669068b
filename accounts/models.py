"""People, their sessions and the refresh tokens of a session. Fields and constraints only."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from uuid_utils.compat import uuid7


class UserManager(BaseUserManager["User"]):
    """Only what Django's own commands need; people are made by services.register_person."""

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Used by `manage.py createsuperuser`."""
        user = self.model(username=username, is_staff=True, is_superuser=True, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Guests have neither e-mail nor password."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=32)
    email = models.EmailField(max_length=254, null=True, blank=True)  # noqa: DJ001  unique
    email_verified = models.BooleanField(default=False)
    display_name = models.CharField(max_length=64, blank=True)
    avatar_url = models.CharField(max_length=500, blank=True)
    bio = models.TextField(max_length=500, blank=True)
    # What the person chose; whether they are here at all is realtime's to say.
    chosen_status = models.CharField(max_length=8, default="online")
    custom_status = models.CharField(max_length=128, blank=True)
    # Past this the status is online without a text again (tasks.py clears it).
    status_expires_at = models.DateTimeField(null=True, blank=True, db_index=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    skills = models.JSONField(default=list, blank=True)
    interests = models.JSONField(default=list, blank=True)
    location = models.CharField(max_length=100, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    github_username = models.CharField(max_length=39, blank=True)
    linkedin_url = models.CharField(max_length=500, blank=True)
    website_url = models.CharField(max_length=500, blank=True)
    onboarding_completed = models.BooleanField(default=False)
    is_guest = models.BooleanField(default=False)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    # Grows with every change others can see; `pong` carries it (PROTOCOL.md).
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    objects = UserManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(Lower("username"), name="user_username_unique_ci"),
            models.UniqueConstraint(Lower("email"), name="user_email_unique_ci"),
        )

    def __str__(self) -> str:
        return self.username

    @property
    def shown_name(self) -> str:
        """What others read: the display name, else the username."""
        return self.display_name or self.username

    @property
    def shown_custom_status(self) -> str | None:
        """The status text, unless its time is over."""
        is_over = self.status_expires_at is not None and self.status_expires_at <= timezone.now()
        return None if is_over else self.custom_status or None


class Session(models.Model):
    """One sign-in: the family of refresh tokens that follow from it. Access tokens name its id."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    user_agent = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        indexes = (models.Index(fields=["user", "-last_used_at"], name="session_user_recent"),)

    def __str__(self) -> str:
        return f"{self.user_id} from {self.address}"


class RefreshToken(models.Model):
    """One refresh token. Spending it is one conditional UPDATE, so exactly one caller wins."""

    jti = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="refresh_tokens")
    created_at = models.DateTimeField(auto_now_add=True)
    spent_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.jti)
