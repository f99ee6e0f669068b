"""Outgoing shapes of people and sessions (PROTOCOL.md, "Shapes")."""

from uuid import UUID

from msgspec import structs

from accounts.access import site_roles
from accounts.models import Session as SessionRow
from accounts.models import User as UserRow
from api.payloads import Payload, Person, Timestamp, timestamp, timestamp_or_none
from realtime import presence


class User(Payload):
    """A person in full. `email` and `email_verified` are null for everybody but oneself."""

    id: str
    username: str
    display_name: str
    discriminator: str
    email: str | None
    email_verified: bool | None
    avatar_url: str | None
    bio: str | None
    status: str
    custom_status: str | None
    last_seen_at: Timestamp | None
    is_guest: bool
    roles: list[str]
    skills: list[str]
    interests: list[str]
    location: str | None
    timezone: str | None
    github_username: str | None
    linkedin_url: str | None
    website_url: str | None
    onboarding_completed: bool
    created_at: Timestamp
    updated_at: Timestamp


class Session(Payload):
    """One place where a person is signed in."""

    id: str
    user_agent: str | None
    address: str | None
    created_at: Timestamp
    last_used_at: Timestamp
    expires_at: Timestamp
    current: bool


class Tokens(Payload):
    """A fresh pair. The refresh token is also set as an HttpOnly cookie."""

    access_token: str
    refresh_token: str


class SignedIn(Tokens):
    """The answer to every way of signing in."""

    user: User


class EndedSessions(Payload):
    """Sessions that have just been ended."""

    ids: list[str]


class Me(Payload):
    """The answer to `GET auth/me`."""

    user: User


def person(row: UserRow) -> Person:
    """A row as a Person."""
    return person_of(str(row.id), row.username, row.display_name, row.avatar_url)


def person_of(user_id: str, username: str, display_name: str, avatar_url: str) -> Person:
    """A Person from a row's columns, where the hot path reads no whole row."""
    return Person(
        id=user_id,
        username=username,
        display_name=display_name or username,
        avatar_url=avatar_url or None,
    )


def user(row: UserRow, viewer_id: UUID | None) -> User:
    """A row as the `viewer_id` person may see it; presence is live where it is known."""
    is_self = row.id == viewer_id
    seen = presence.of(str(row.id))
    is_here = seen.status != "offline"
    return User(
        id=str(row.id),
        username=row.username,
        display_name=row.shown_name,
        discriminator=row.username[:4],
        email=row.email if is_self else None,
        email_verified=row.email_verified if is_self else None,
        avatar_url=row.avatar_url or None,
        bio=row.bio or None,
        status=row.chosen_status if is_self and not is_here else seen.status,
        custom_status=seen.custom_status if is_here else row.shown_custom_status,
        last_seen_at=timestamp_or_none(row.last_seen_at),
        is_guest=row.is_guest,
        roles=site_roles(row),
        skills=row.skills,
        interests=row.interests,
        location=row.location or None,
        timezone=row.timezone or None,
        github_username=row.github_username or None,
        linkedin_url=row.linkedin_url or None,
        website_url=row.website_url or None,
        onboarding_completed=row.onboarding_completed,
        created_at=timestamp(row.created_at),
        updated_at=timestamp(row.updated_at),
    )


def user_as_chosen(row: UserRow) -> User:
    """A person to themselves, just after they chose a status that sockets may not know of yet."""
    return structs.replace(
        user(row, row.id), status=row.chosen_status, custom_status=row.shown_custom_status
    )


def session(row: SessionRow, current_id: UUID) -> Session:
    """A row; `current` marks the one that asks."""
    return Session(
        id=str(row.id),
        user_agent=row.user_agent or None,
        address=row.address,
        created_at=timestamp(row.created_at),
        last_used_at=timestamp(row.last_used_at),
        expires_at=timestamp(row.expires_at),
        current=row.id == current_id,
    )
