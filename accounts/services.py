"""Every write about people: registering, profile, status. Signing in is sign_in.py's.

Each is one transaction; what others must hear is told after its commit, and a telling that fails
never fails the write. Passwords are hashed before the transaction: it takes a while.
"""

import os
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts import hooks, names, payloads, queries
from accounts.events import UserUpdated
from accounts.models import RefreshToken, Session, User
from api.errors import Conflict, detail
from api.hooks import after_commit
from realtime import publish

TOUCH_EVERY = timedelta(minutes=1)
KEEP_ENDED = timedelta(days=30)
PROFILE_FIELDS = frozenset(
    {
        "username",
        "display_name",
        "bio",
        "avatar_url",
        "location",
        "timezone",
        "github_username",
        "linkedin_url",
        "website_url",
        "skills",
        "interests",
        "onboarding_completed",
    }
)
# One argon2 hash takes 100 MB; a burst of sign-ins must queue for memory, not exhaust it.
hashing = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))


# --- people --------------------------------------------------------------------------------------
def register_person(
    *, email: str, password: str, username: str = "", display_name: str = ""
) -> User:
    """A new person. Without a username one is made from the name or the e-mail.

    Raises `Conflict` for a taken username or e-mail, `ValidationFailed` for a reserved username.
    """
    if username:
        names.require_allowed(username)
    if queries.find_by_email(email):
        raise _taken("email")
    if username and queries.is_username_taken(username):
        raise _taken("username")
    with hashing:
        hashed = make_password(password)
    fields = {"email": email.lower(), "password": hashed, "display_name": display_name}
    if username:
        return _add_person(username=username, **fields)
    for candidate in names.candidates(display_name or email.partition("@")[0]):
        if not queries.is_username_taken(candidate):
            return _add_person(username=candidate, **fields)
    raise _taken("username")


def register_guest(*, username: str) -> User:
    """A person without e-mail and password. Raises as `register_person`."""
    names.require_allowed(username)
    return _add_person(username=username, password=make_password(None), is_guest=True)


def create_admin(*, username: str, password: str, email: str | None = None) -> User:
    """The site's first administrator (the seed), under a name the house keeps."""
    return _add_person(
        username=username,
        email=email,
        password=make_password(password),
        email_verified=email is not None,
        is_staff=True,
        is_superuser=True,
    )


@transaction.atomic
def _add_person(**fields: Any) -> User:
    person = User(**fields)
    _save_unique(person, force_insert=True)
    hooks.person_registered.run(person)
    return person


def _save_unique(person: User, **options: Any) -> None:
    """Save; what the unique constraints refuse is a `Conflict`, named by its field."""
    try:
        with transaction.atomic():
            person.save(**options)
    except IntegrityError:
        same_email = queries.find_by_email(person.email) if person.email else None
        raise _taken("email" if same_email and same_email.pk != person.pk else "username") from None


def _taken(field: str) -> Conflict:
    what = {"email": "This e-mail address", "username": "This username"}[field]
    return Conflict(f"{what} is taken.", [detail(field, "taken", f"{what} is taken.")])


# --- profile and status --------------------------------------------------------------------------
@transaction.atomic
def update_profile(actor: User, *, changes: dict[str, Any]) -> User:
    """Change one's profile. What is no profile field is ignored; no change, no event."""
    person = User.objects.select_for_update().get(pk=actor.pk)
    changed = {
        name: value
        for name, value in changes.items()
        if name in PROFILE_FIELDS and getattr(person, name) != value
    }
    if not changed:
        return person
    if "username" in changed and changed["username"].lower() != person.username.lower():
        names.require_allowed(changed["username"])
    for name, value in changed.items():
        setattr(person, name, value)
    person.version += 1
    _save_unique(person, update_fields=[*changed, "version", "updated_at"])
    after_commit(_tell_changed, person)
    hooks.person_changed.run(person)
    return person


@transaction.atomic
def raise_versions(people: QuerySet[User]) -> None:
    """Something of theirs changed that no server's version tells: who misses the event hears of it
    by `pong`, and fetches anew. Rows are locked in the order of ids.
    """
    ids = list(people.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    User.objects.filter(pk__in=ids).update(version=F("version") + 1, updated_at=timezone.now())


def _tell_changed(person: User) -> None:
    publish.renamed(payloads.person(person), person.version)
    publish.to_user(str(person.pk), UserUpdated(user=payloads.user(person, person.pk)))


@transaction.atomic
def set_status(
    actor: User, *, status: str, custom_status: str = "", expires_at: datetime | None = None
) -> User:
    """Choose how one looks to others; past `expires_at` it is online without a text again."""
    person = User.objects.select_for_update().get(pk=actor.pk)
    if expires_at is not None and expires_at <= timezone.now():
        status, custom_status, expires_at = "online", "", None
    person.chosen_status, person.custom_status = status, custom_status
    person.status_expires_at = expires_at
    person.save(update_fields=["chosen_status", "custom_status", "status_expires_at"])
    after_commit(publish.chosen, str(person.pk), status, custom_status or None)
    return person


@transaction.atomic
def clear_expired_statuses() -> int:
    """Let statuses end that were chosen until now. Returns how many."""
    now = timezone.now()
    expired = list(User.objects.select_for_update().filter(status_expires_at__lte=now))
    for person in expired:
        set_status(person, status="online")
    return len(expired)


@transaction.atomic
def keep_presence(seen: dict[str, tuple[str, str | None, float]]) -> None:
    """Store what people chose on the socket and when they were last seen (Unix s), by user id."""
    for user_id, (status, custom_status, seen_s) in seen.items():
        row = User.objects.filter(pk=user_id)
        row.exclude(chosen_status=status, custom_status=custom_status or "").update(
            chosen_status=status, custom_status=custom_status or "", status_expires_at=None
        )
        row.update(last_seen_at=datetime.fromtimestamp(seen_s, UTC))


# --- sessions ------------------------------------------------------------------------------------
def touch_session(session: Session) -> None:
    """Note that a session is in use, at most once a minute."""
    now = timezone.now()
    if now - session.last_used_at >= TOUCH_EVERY:
        Session.objects.filter(pk=session.pk, last_used_at__lte=now - TOUCH_EVERY).update(
            last_used_at=now
        )


@transaction.atomic
def set_active(actor: User, *, person: User, is_active: bool) -> None:
    """Let a person sign in, or no longer: all their sessions end. (Who may: Django's admin.)"""
    User.objects.filter(pk=person.pk).update(is_active=is_active)
    if not is_active:
        revoke_sessions(list(person.sessions.filter(revoked_at=None).values_list("pk", flat=True)))


@transaction.atomic
def revoke_sessions(session_ids: list[Any]) -> list[str]:
    """End sessions; their sockets close after the commit. Returns the ids that were alive."""
    alive = Session.objects.filter(pk__in=session_ids, revoked_at=None)
    ids = [str(session_id) for session_id in alive.values_list("pk", flat=True)]
    alive.update(revoked_at=timezone.now())
    if ids:
        after_commit(publish.sessions_ended, ids)
    return ids


@transaction.atomic
def forget_ended_sessions() -> int:
    """Delete sessions that ended more than 30 days ago, and tokens as old. Returns the sessions."""
    before = timezone.now() - KEEP_ENDED
    token_lifetime = timedelta(seconds=settings.JWT_REFRESH_LIFETIME_S)
    RefreshToken.objects.filter(created_at__lt=before - token_lifetime).delete()
    ended = Session.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))
    _, by_model = ended.delete()
    return by_model.get("accounts.Session", 0)
