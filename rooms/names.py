"""Slugs and call codes: how rooms are named in addresses. No database here."""

import re
import secrets
import string

from django.utils.text import slugify

UUID_LIKE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CODE_LIKE = re.compile(r"[a-z]{4}-[a-z]{4}-[a-z]{4}")
MAX_SLUG_LENGTH = 80
UNMISTAKABLE = "".join(c for c in string.ascii_letters + string.digits if c not in "0O1lI")
RESERVED = frozenset({"direct", "order"})  # words of addresses beside {id, slug or code}


def slug_of(name: str, fallback: str = "room") -> str:
    """`#General talk!` → `general-talk`; never something that reads as a code or an id."""
    slug = slugify(name)[:MAX_SLUG_LENGTH].strip("-") or fallback
    if slug in RESERVED or CODE_LIKE.fullmatch(slug) or UUID_LIKE.fullmatch(slug):
        slug = f"{fallback}-{slug}"
    return slug


def numbered(slug: str, number: int) -> str:
    """`general`, `general-2`, … and from the tenth on something nobody else has."""
    if number == 1:
        return slug
    return f"{slug}-{number}" if number < 10 else f"{slug}-{secrets.token_hex(4)}"


def new_code() -> str:
    """A call's code, `abcd-efgh-ijkl`: 56 bits from the system's secure source."""
    letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def new_invite_code() -> str:
    """An invite's code: ten letters and digits that are not mixed up, 57 bits, secure source."""
    return "".join(secrets.choice(UNMISTAKABLE) for _ in range(10))
