"""Every way into a session and out of it: sign-up, sign-in, guest, refresh, sign-out.

The writes about people themselves are services.py's. Limits per address and account are kept here,
so that every door meets them. A password is never checked inside a transaction: argon2 takes long.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, get_hasher, make_password
from django.db import transaction
from django.utils import timezone

from accounts import queries, services, tokens
from accounts.models import RefreshToken, Session, User
from api import limits
from api.errors import InvalidCredentials, InvalidToken, NotFound, TokenSpent
from api.text import clean_line

# Two tabs may spend one token at once; a spent one that turns up later than this was stolen.
REUSE_GRACE = timedelta(seconds=10)


class Caller(NamedTuple):
    """Where a request comes from, as a session remembers it."""

    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A signed-in person with a fresh pair of tokens."""

    user: User
    session: Session
    access_token: str
    refresh_token: str


def sign_up(
    caller: Caller, *, email: str, password: str, username: str = "", display_name: str = ""
) -> Grant:
    """Register and sign in. Raises `RateLimited`, and as services.register_person."""
    limits.hit_address("register", caller.address)
    person = services.register_person(
        email=email, password=password, username=username, display_name=display_name
    )
    return open_session(person, caller=caller)


def sign_in(caller: Caller, *, email: str, password: str) -> Grant:
    """A session for e-mail and password.

    Raises `InvalidCredentials`, after the same time whether the e-mail is known or not, and
    `RateLimited`: per address first, so that a stranger's flood does not lock an account.
    """
    limits.hit_address("login_address", caller.address)
    limits.hit("login", email.lower())
    person = queries.find_by_email(email)
    if not is_password_right(person, password) or person is None:
        raise InvalidCredentials
    return open_session(person, caller=caller)


def sign_in_guest(caller: Caller, *, username: str) -> Grant:
    """A new guest of this name. Raises `RateLimited`, `Conflict`, `ValidationFailed`."""
    limits.hit_address("guest", caller.address)
    return open_session(services.register_guest(username=username), caller=caller)


def is_password_right(person: User | None, password: str) -> bool:
    """Whether this person may sign in so. One hash is computed in every case."""
    may_sign_in = person is not None and person.is_active and person.has_usable_password()
    encoded = (
        person.password
        if person is not None and may_sign_in
        else _nobodys_password(get_hasher().algorithm)
    )
    with services.hashing:
        is_right = check_password(password, encoded)
    return is_right and may_sign_in


@lru_cache(maxsize=4)
def _nobodys_password(algorithm: str) -> str:
    return make_password("nobody has this password", hasher=algorithm)


@transaction.atomic
def open_session(person: User, *, caller: Caller) -> Grant:
    """A new session of a person who has proved who they are."""
    now = timezone.now()
    session = Session.objects.create(
        user=person,
        user_agent=clean_line(caller.user_agent)[:300],
        address=None if caller.address == "unknown" else caller.address,
        expires_at=_expiry(now),
    )
    User.objects.filter(pk=person.pk).update(last_login=now, last_seen_at=now)
    person.last_login = person.last_seen_at = now
    return _grant(session, person)


def refresh(claims: tokens.RefreshClaims) -> Grant:
    """Spend a refresh token for a new pair: of parallel calls exactly one succeeds.

    Raises `TokenSpent` for the others. A token that comes back more than 10 s after it was spent
    ends its session (`InvalidToken`, as for a session that is over).
    """
    with transaction.atomic():
        now = timezone.now()
        # One statement on one table decides, on both databases: whoever changes the row has won.
        won = RefreshToken.objects.filter(
            jti=claims.jti, session_id=claims.session_id, spent_at=None
        ).update(spent_at=now)
        if won:
            return _renew(claims, now)
    raise _why_lost(claims)


def _renew(claims: tokens.RefreshClaims, now: datetime) -> Grant:
    session = queries.find_live_session(claims.session_id, now)
    if session is None or session.user_id != claims.user_id:
        raise InvalidToken
    session.expires_at, session.last_used_at = _expiry(now), now
    session.save(update_fields=["expires_at", "last_used_at"])
    return _grant(session, session.user)


def _why_lost(claims: tokens.RefreshClaims) -> InvalidToken | TokenSpent:
    now = timezone.now()
    token = RefreshToken.objects.filter(jti=claims.jti, session_id=claims.session_id).first()
    session = queries.find_live_session(claims.session_id, now)
    if token is None or token.spent_at is None or session is None:
        return InvalidToken()
    if now - token.spent_at <= REUSE_GRACE:
        return TokenSpent()
    services.revoke_sessions([session.pk])
    return InvalidToken()


def _grant(session: Session, person: User) -> Grant:
    token = RefreshToken.objects.create(session=session)
    return Grant(
        user=person,
        session=session,
        access_token=tokens.access_token(person, session.pk),
        refresh_token=tokens.refresh_token(person.pk, session.pk, token.jti, session.expires_at),
    )


def _expiry(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.JWT_REFRESH_LIFETIME_S)


# --- out -----------------------------------------------------------------------------------------
def sign_out(session_id: UUID) -> None:
    """End one's session. Raises `InvalidToken` where it is over already."""
    if not services.revoke_sessions([session_id]):
        raise InvalidToken


def end_session(actor: User, *, session_id: UUID) -> None:
    """End any session of one's own. Raises `NotFound` for others' and for ended ones."""
    if not any(session.pk == session_id for session in queries.list_sessions(actor)):
        raise NotFound("You have no such session.")
    services.revoke_sessions([session_id])


def end_other_sessions(actor: User, *, current_id: UUID) -> list[str]:
    """End all sessions of one's own but the current one. Returns their ids."""
    others = [session.pk for session in queries.list_sessions(actor) if session.pk != current_id]
    return services.revoke_sessions(others)
