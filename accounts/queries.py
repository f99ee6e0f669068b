"""Every read of people and sessions."""

import json
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast, Lower
from django.utils import timezone

from accounts.models import Session, User
from api.errors import NotFound
from api.text import is_blank


def find_live_session(session_id: UUID, now: datetime) -> Session | None:
    """A session that is neither revoked nor over, of a person who may sign in; `user` is loaded."""
    return (
        Session.objects.select_related("user")
        .filter(pk=session_id, revoked_at=None, expires_at__gt=now, user__is_active=True)
        .first()
    )


def list_sessions(actor: User) -> list[Session]:
    """Where a person is signed in, the latest used first."""
    return list(
        actor.sessions.filter(revoked_at=None, expires_at__gt=timezone.now()).order_by(
            "-last_used_at", "-id"
        )
    )


def find_by_email(email: str) -> User | None:
    """The person with this address, in any case of letters."""
    return User.objects.annotate(email_ci=Lower("email")).filter(email_ci=email.lower()).first()


def is_username_taken(username: str) -> bool:
    """Whether somebody is called so, in any case of letters."""
    return _called(username).exists()


def get_person(ref: str) -> User:
    """A person by id or username. Raises `NotFound`."""
    person = None
    if len(ref) <= 36 and "\0" not in ref:
        user_id = _uuid(ref)
        found = User.objects.filter(pk=user_id) if user_id else _called(ref)
        person = found.filter(is_active=True).first()
    if person is None:
        raise NotFound("There is no such person.")
    return person


def search_people(q: str = "", skills: list[str] | None = None) -> QuerySet[User]:
    """People whose username or display name contains `q`, who have all of `skills`; by name.

    `q` and `skills` are literal and match in any case of letters.
    """
    people = User.objects.filter(is_active=True).order_by(Lower("username"))
    if not is_blank(q):
        people = people.filter(contains("username", q) | contains("display_name", q))
    for skill in skills or ():
        people = people.annotate(skills_text=Cast("skills", TextField()))
        people = people.filter(contains("skills_text", _json_string(skill)))
    return people


def contains(field: str, text: str) -> Q:
    """Whether a field holds a text, literally, in any case of letters.

    SQLite folds only A–Z; the usual spellings are offered, so that é finds É there, too.
    """
    spellings = {text, text.lower(), text.upper(), text.title()}
    condition = Q()
    for spelling in spellings if not text.isascii() else {text}:
        condition |= Q(**{f"{field}__icontains": spelling})
    return condition


def sessions_ended_within(seconds: float) -> list[str]:
    """Ids of sessions revoked or run out lately, for the socket floor's watch."""
    now = timezone.now()
    since = now - timedelta(seconds=seconds)
    ended = Session.objects.filter(
        Q(revoked_at__gte=since) | Q(expires_at__gte=since, expires_at__lte=now)
    )
    return [str(session_id) for session_id in ended.values_list("pk", flat=True)]


def people_changed_within(seconds: float) -> dict[str, int]:
    """Versions of people changed lately, by id."""
    since = timezone.now() - timedelta(seconds=seconds)
    changed = User.objects.filter(updated_at__gte=since).values_list("pk", "version")
    return {str(user_id): version for user_id, version in changed}


def _called(username: str) -> QuerySet[User]:
    return User.objects.annotate(username_ci=Lower("username")).filter(username_ci=username.lower())


def _uuid(ref: str) -> UUID | None:
    try:
        return UUID(ref) if len(ref) == 36 else None
    except ValueError:
        return None


def _json_string(text: str) -> str:
    """A string as it stands in the text of a JSON column: SQLite keeps what Django wrote."""
    return json.dumps(text, ensure_ascii=connection.vendor == "sqlite")
