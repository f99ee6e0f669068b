"""What counts as a reaction: one emoji, always written the same way. Pure; no database."""

from functools import cache

import emoji

from api.errors import ValidationFailed

VARIATION_SELECTOR = "\ufe0f"
MAX_CHARACTERS = 64


def clean_emoji(text: str) -> str:
    """The emoji in its fully qualified form (UTS #51), so that ❤ and ❤️ are one reaction.

    Raises ValidationFailed for anything that is not exactly one emoji.
    """
    key = text.replace(VARIATION_SELECTOR, "") if len(text) <= MAX_CHARACTERS else ""
    found = _qualified().get(key)
    if found is None:
        raise ValidationFailed.of("emoji", "invalid", "A reaction is one emoji, such as 👍.")
    return found


@cache
def _qualified() -> dict[str, str]:
    """Each emoji without its variation selectors → as it is kept."""
    wanted = emoji.STATUS["fully_qualified"], emoji.STATUS["component"]
    return {
        text.replace(VARIATION_SELECTOR, ""): text
        for text, data in emoji.EMOJI_DATA.items()
        if data["status"] in wanted
    }
