"""What people write, made harmless: no control characters, no text-direction tricks, no zalgo.

Linear in the length of the text whatever it holds. Says nothing about what is allowed or how
long it may be: serializers do that.
"""

import re
from unicodedata import category

MAX_COMBINING_RUN = 8

_BIDI = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]
_LINE_BREAKS = {0x0A, 0x0D, 0x85, 0x0B, 0x0C, 0x2028, 0x2029}

_FOR_TEXT: dict[int, str | None] = {
    **dict.fromkeys([*_CONTROLS, *_BIDI], None),
    0x09: "\t",
    0x0A: "\n",
    0x2028: "\n",
    0x2029: "\n",
}
_FOR_LINE: dict[int, str | None] = {
    **dict.fromkeys([*_CONTROLS, *_BIDI], None),
    0x09: " ",
    **dict.fromkeys(_LINE_BREAKS, " "),
}
# What draws nothing, as the inside of a regular expression's class that Python and the schema
# read alike: spaces, controls, default-ignorable characters, combining marks of the first block.
BLANK = (
    r"\u0000-\u0020\u007f-\u00a0\u00ad\u0300-\u036f\u061c\u115f\u1160\u1680\u17b4\u17b5"
    r"\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
)
# No letter, digit or Latin character: emoji and marks. Only long runs of these are looked into.
_MAYBE_TOWER = re.compile(rf"[^\w\u0000-\u02ff]{{{MAX_COMBINING_RUN + 1},}}")
_TOWER = re.compile(rf"m{{{MAX_COMBINING_RUN + 1},}}")
_VISIBLE = re.compile(f"[^{BLANK}]")


def clean_text(text: str) -> str:
    """Text of several lines: `\\n` and `\\t` stay, other controls and bidi overrides go."""
    return _limit_combining(text.replace("\r\n", "\n").replace("\r", "\n").translate(_FOR_TEXT))


def clean_line(text: str) -> str:
    """Text of one line: as `clean_text`, with breaks and tabs as spaces, and trimmed."""
    return _limit_combining(text.replace("\r\n", "\n").translate(_FOR_LINE)).strip()


def is_blank(text: str) -> bool:
    """Whether nothing would be seen."""
    return _VISIBLE.search(text) is None


def _limit_combining(text: str) -> str:
    """At most eight combining marks in a row; real scripts need four."""
    return text if text.isascii() else _MAYBE_TOWER.sub(_cut_towers, text)


def _cut_towers(found: re.Match[str]) -> str:
    run, kept, start = found[0], [], 0
    for tower in _TOWER.finditer(run.translate(_mask)):
        kept.append(run[start : tower.start() + MAX_COMBINING_RUN])
        start = tower.end()
    return "".join(kept) + run[start:]


class _Mask(dict[int, str]):
    """Each character as `m` for a mark, `.` for another; remembers the first thousands it met."""

    def __missing__(self, code: int) -> str:
        kind = "m" if category(chr(code)) in {"Mn", "Me"} else "."
        if len(self) < 10_000:  # a stranger's text must not fill the memory
            self[code] = kind
        return kind


_mask = _Mask()
