"""What people send about themselves: fields and their bounds. Output is payloads.py's."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from rest_framework import serializers

from accounts.names import USERNAME
from api.serializers import (
    Email,
    HttpUrl,
    Input,
    Line,
    Moment,
    StrictBoolean,
    StrictString,
    Text,
)
from api.text import is_blank

NOT_BLANK = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"  # anything but NUL and white space alone
MAX_ITEMS = 30
GITHUB_USERNAME = r"^[A-Za-z0-9-]{1,39}$"


class Username(StrictString):
    """3–32 of a–z A–Z 0–9 _ -; some names are the house's (names.py)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(pattern=USERNAME, min_length=3, max_length=32, **options)


class Password(StrictString):
    """8–128 characters, of any kind: length is what counts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(pattern=NOT_BLANK, min_length=8, max_length=128, **options)


class DisplayName(Line):
    """1–32 characters; one that shows nothing is none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_length=1, max_length=32, required=False, allow_null=True, **options)

    def to_internal_value(self, data: Any) -> Any:
        """The name, or ""."""
        name = super().to_internal_value(data)
        return "" if is_blank(name) else name


class ShortList(serializers.ListField):
    """Up to thirty short lines, blank and repeated ones left out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            child=Line(max_length=50),
            max_length=MAX_ITEMS,
            required=False,
            allow_null=True,
            **options,
        )

    def to_internal_value(self, data: Any) -> list[str]:
        """The lines, each once."""
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if len(data) > MAX_ITEMS:  # counted before repeated ones go, as the schema says
            self.fail("max_length", max_length=MAX_ITEMS)
        lines = super().to_internal_value(data)
        return list(dict.fromkeys(line for line in lines if not is_blank(line)))


class TimezoneName(serializers.ChoiceField):
    """A name of the IANA time zone database."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=list(_timezones()), required=False, allow_null=True, **options)

    def to_internal_value(self, data: Any) -> Any:
        """The name."""
        if not isinstance(data, str) or data not in _timezones():
            self.fail("invalid_choice", input=str(data)[:64])
        return data


@cache
def _timezones() -> dict[str, None]:
    return dict.fromkeys(sorted(available_timezones()))


class Register(Input):
    """Sign-up. `name` is another word for `displayName`."""

    email = Email()
    password = Password()
    username = Username(required=False, allow_null=True)
    display_name = DisplayName()
    name = DisplayName()


class Login(Input):
    """Sign-in with e-mail and password."""

    email = StrictString(max_length=254)
    password = StrictString(max_length=1024)


class Guest(Input):
    """Sign-in with a name alone."""

    username = Username()


class Refresh(Input):
    """The refresh token, unless the cookie brings it."""

    refresh_token = StrictString(required=False, allow_null=True, allow_blank=True)


class Profile(Input):
    """One's profile. null clears a field; what is left out stays."""

    username = Username(required=False)
    display_name = DisplayName()
    bio = Text(max_length=500, required=False, allow_null=True, allow_blank=True)
    avatar_url = HttpUrl(required=False, allow_null=True)
    location = Line(max_length=100, required=False, allow_null=True, allow_blank=True)
    timezone = TimezoneName()
    github_username = StrictString(pattern=GITHUB_USERNAME, required=False, allow_null=True)
    linkedin_url = HttpUrl(required=False, allow_null=True)
    website_url = HttpUrl(required=False, allow_null=True)
    skills = ShortList()
    interests = ShortList()
    onboarding_completed = StrictBoolean(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """null as what the columns hold for “empty”."""
        empty: dict[str, Any] = {"skills": [], "interests": []}
        return {
            name: empty.get(name, "") if value is None else value for name, value in attrs.items()
        }


class Status(Input):
    """How one wants to look to others; `offline` is invisible."""

    status = serializers.ChoiceField(choices=["online", "idle", "dnd", "offline"])
    custom_status = Line(max_length=128, required=False, allow_null=True, allow_blank=True)
    expires_at = Moment(required=False, allow_null=True)
