"""Messages as HTML that is safe to show: Markdown, mentions of people, links to rooms.

`read` finds what a message names; the caller looks those people and rooms up; `render` writes the
HTML. No model and no query here, and nothing is kept between calls: any thread may call. The
grammar is in `messaging/markup_rules.py`; whatever it may let through, nh3 has the last word.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import islice
from typing import NamedTuple

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from nh3 import Cleaner

from api.text import is_blank
from messaging import markup_rules
from messaging.markup_rules import NAME, ROOM

MAX_MENTIONS = 50
MAX_ROOM_LINKS = 20

# One line in which nothing can mean anything but itself: no parser needed. Most messages are so.
_PLAIN = re.compile(r"(?![\s>+-]|\d+[.)])[^\x00-\x1f\x7f-\xa0\ud800-\udfff#&*<@\[\\\]_`~]+(?<!\s)")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+#.-]{0,29}")
_TAG = re.compile(r"<[^>]*>")


class MentionedPerson(NamedTuple):
    """Who stands behind a username."""

    id: str
    display_name: str


class LinkedRoom(NamedTuple):
    """What stands behind a slug."""

    id: str
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """A message's words, read once: what they could name, lower-cased, outside code."""

    content: str
    usernames: frozenset[str] = frozenset()
    slugs: frozenset[str] = frozenset()
    _tokens: Sequence[Token] | None = field(default=None, repr=False, compare=False)  # None: plain


def read(content: str) -> Source:
    """The words, cleaned by `api.text.clean_text` before."""
    return Source(content) if _is_plain(content) else _read_markup(content)


def render(
    source: Source,
    people: Mapping[str, MentionedPerson] = {},
    rooms: Mapping[str, LinkedRoom] = {},
) -> str:
    """The HTML. Names without a person or room of theirs stay plain text."""
    if source._tokens is None:
        return _as_plain(source.content)
    written = _RENDERER.render(source._tokens, markup_rules.OPTIONS, {NAME: people, ROOM: rooms})
    html = _CLEANER.clean(written)
    if is_blank(_TAG.sub("", html)) and "<hr>" not in html:
        return _as_plain(source.content)  # a lone `>`, `-` or `[](…)`: somebody meant to say that
    return html


def mentioned(source: Source, people: Mapping[str, MentionedPerson]) -> list[str]:
    """The ids of those whom the rendered message mentions, in order, each once."""
    named = markup_rules.options_of(source._tokens or (), NAME)
    found = (_first_known(options, people) for options in named)
    return list(dict.fromkeys(people[name].id for name in found if name is not None))


def _is_plain(content: str) -> bool:
    if not _PLAIN.fullmatch(content) or "://" in content:
        return False
    lowered = content.lower()
    return "www." not in lowered and "mailto:" not in lowered


def _read_markup(content: str) -> Source:
    content = _SURROGATE.sub("\ufffd", content)
    tokens = markup_rules.parse(content)
    return Source(
        content,
        _candidates(tokens, NAME, MAX_MENTIONS),
        _candidates(tokens, ROOM, MAX_ROOM_LINKS),
        tokens,
    )


def _candidates(tokens: Sequence[Token], kind: str, most: int) -> frozenset[str]:
    every = (option for options in markup_rules.options_of(tokens, kind) for option in options)
    return frozenset(islice(dict.fromkeys(every), most))


def _as_plain(content: str) -> str:
    return f"<p>{escape(content, quote=False).replace(chr(10), '<br>')}</p>"


def _first_known(options: Sequence[str], known: Mapping[str, object]) -> str | None:
    return next((option for option in options if option in known), None)


# --- writing -------------------------------------------------------------------------------------
class _Renderer(RendererHTML):
    """The library's, with the house's tokens; every public method writes the token of its name."""

    def name(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: EnvType) -> str:
        """A mention, and what of the candidate is not the name."""
        token, people = tokens[idx], env[NAME]
        found = _first_known(token.meta["options"], people)
        if found is None:
            return token.content
        person = people[found]
        return (
            f'<span class="mention" data-user-id="{escape(person.id)}">'
            f"@{escape(person.display_name)}</span>{token.content[len(found) + 1 :]}"
        )

    def room(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: EnvType) -> str:
        """A link to a room, likewise."""
        token, rooms = tokens[idx], env[ROOM]
        found = _first_known(token.meta["options"], rooms)
        if found is None:
            return token.content
        room = rooms[found]
        return (
            f'<a class="room-link" data-room-id="{escape(room.id)}" href="/#/{escape(room.slug)}">'
            f"#{escape(room.name)}</a>{token.content[len(found) + 1 :]}"
        )

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Code. What stands behind the fence and is no language is its first line."""
        info, code = tokens[idx].info.strip(), tokens[idx].content.removesuffix("\n")
        if _LANGUAGE.fullmatch(info):
            return f'<pre><code class="language-{info.lower()}">{escape(code)}</code></pre>'
        return f"<pre><code>{escape(f'{info}{chr(10)}{code}' if info else code)}</code></pre>"

    def softbreak(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """A line break is one."""
        return "<br>"

    hardbreak = softbreak


def _check_attribute(tag: str, attribute: str, value: str) -> str | None:
    """What nh3's lists cannot say: languages and addresses are open sets."""
    if attribute == "href" and not _HREF.match(value):
        return None
    if tag == "code" and not value.startswith("language-"):
        return None
    return value


# fmt: off
_TAGS = {
    "p", "br", "hr", "strong", "em", "s", "span", "a", "code", "pre", "blockquote", "ul", "ol",
    "li", "table", "thead", "tbody", "tr", "th", "td",
}
# fmt: on
_HREF = re.compile(r"https?://|mailto:|/#/", re.IGNORECASE)
_RENDERER = _Renderer()
_CLEANER = Cleaner(
    tags=_TAGS,
    attributes={
        "a": {"data-room-id", "href"},
        "code": {"class"},
        "ol": {"start"},
        "span": {"data-user-id"},
    },
    tag_attribute_values={
        "a": {
            "class": {"room-link"},
            "rel": {markup_rules.OUTSIDE["rel"]},
            "target": {markup_rules.OUTSIDE["target"]},
        },
        "p": {"class": {"heading"}},
        "span": {"class": {"mention"}},
    },
    attribute_filter=_check_attribute,
    link_rel=None,  # ours says more, and a room is no stranger
    url_schemes=markup_rules.SCHEMES,
)
