"""From what somebody typed to what is kept: cleaned text, its HTML, whom it mentions.

Looking up names takes a query each for people and rooms, and only where a text has an @ or a # that
could be one. A mention reaches only those who may read the room; a #link only names channels that
everybody in the room may see, so neither gives anything away.
"""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings

from api.errors import ValidationFailed
from api.text import clean_text, is_blank
from messaging import markup
from messaging.entries import Words
from messaging.markup import LinkedRoom, MentionedPerson, Source
from rooms import access as rooms_access
from rooms.access import Place

_NAMING = frozenset("@#&")


def clean_content(content: str) -> str:
    """The words as they are kept. Raises ValidationFailed."""
    if len(content) > settings.MESSAGE_MAX_LENGTH:
        raise ValidationFailed.of(
            "content",
            "max_length",
            f"A message has at most {settings.MESSAGE_MAX_LENGTH} characters.",
            max=settings.MESSAGE_MAX_LENGTH,
        )
    cleaned = clean_text(content)
    if is_blank(cleaned):
        raise ValidationFailed.of("content", "blank", "A message needs some text.")
    return cleaned


def may_have_names(content: str) -> bool:
    """Whether parsing could find one: without these signs it cannot (`&commat;` is an @, too)."""
    return not _NAMING.isdisjoint(content)


def has_names(source: Source) -> bool:
    """Whether something in it could be a person's or a room's name."""
    return bool(source.usernames or source.slugs)


def plain(source: Source) -> Words:
    """Words that name nobody (names in them stay plain text). No query."""
    return Words(source.content, markup.render(source))


def look_up(source: Source, place: Place, author_id: UUID) -> Words:
    """Words with the people and rooms that they name (at most two queries)."""
    people = _people(source.usernames, place)
    rooms = _rooms(source.slugs, place)
    html = markup.render(source, people, rooms)
    mentioned = [who for who in markup.mentioned(source, people) if who != str(author_id)]
    return Words(source.content, html, tuple(mentioned))


def _people(usernames: Collection[str], place: Place) -> dict[str, MentionedPerson]:
    if not usernames:
        return {}
    readers = rooms_access.readers_called(usernames, place)
    return {
        person.username.lower(): MentionedPerson(str(person.pk), person.shown_name)
        for person in readers
    }


def _rooms(slugs: Collection[str], place: Place) -> dict[str, LinkedRoom]:
    if not slugs:
        return {}
    rooms = rooms_access.rooms_all_readers_see(place).filter(slug__in=slugs)
    return {
        room.slug: LinkedRoom(str(room.pk), room.slug, room.name) for room in rooms if room.slug
    }
