"""The grammar of messages: CommonMark's quiet parts, and `@name`, `#room` and bare addresses.

One parser for the process, put together at import and only read afterwards, so every thread may use
it. Knows neither people nor rooms: names become tokens that `messaging/markup.py` gives a meaning.
Nothing written may load anything, hide words or take a page's time: so no images, no reference
definitions, no entities, no HTML, and bounds on nesting and on the cells of tables.
"""

import re
from collections.abc import Sequence
from html import escape

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkDestination, parseLinkLabel
from markdown_it.rules_block import StateBlock, blockquote, list_block, table
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from nh3 import Cleaner

SCHEMES = {"http", "https", "mailto"}
MAX_NESTING = 20
MAX_CELLS = 1000  # of all tables of a message: a row may be one character, its cells are not

NAME, ROOM = "name", "room"
_NAME = re.compile(r"(?<![\w@/])@([A-Za-z0-9_-]{3,32})(?![\w@-]|/\w)")
_ROOM = re.compile(r"(?<![\w#/&])#([A-Za-z0-9_-]{1,110})(?![\w@#-])")
_SHORTEST = {NAME: 3, ROOM: 1}

# Where plain words end: what a rule below begins with, `]` for the end of a link's words.
_STOP = re.compile(
    r"[\n#*<@\[\\\]_`~]|!(?=\[)|(?<![\w/.@-])(?:https?://|www\.|mailto:)", re.IGNORECASE
)
_BARE = re.compile(
    r"(?:https?://(?=\w)|www\.(?=\w[\w-]*\.\w))[^\s<>\[\]\"`\\]+|mailto:[\w.+-]+@\w[\w.-]*",
    re.IGNORECASE,
)
_ANGLED = re.compile(
    r"<(https?://\w[^\s<>\\]*|(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+)>", re.IGNORECASE
)
_SCHEME = re.compile(r"(?:https?://[^/?#]|mailto:.)", re.IGNORECASE)
_AFTER_BARE = frozenset("?!.,:;*_~'\"’”»…。，！？、")  # the sentence's, not the address's
_AFTER_ADDRESS = re.compile(r"(?:[ \n]+(?:\"[^\"]*\"|'[^']*'))?[ \n]*\)")
_BRACKETS = re.compile(r"\[+(?=\[{8})")  # of a long run all but the last few
_SPACE = re.compile(r"[ \n]*")
_JUDGE = Cleaner(
    tags={"a"}, attributes={"a": {"href"}}, url_schemes=SCHEMES, url_relative="deny", link_rel=None
)
OUTSIDE = {"rel": "noopener noreferrer nofollow ugc", "target": "_blank"}


def parse(content: str) -> list[Token]:
    """The message as the library's tokens, with the house's own among them."""
    tokens = _PARSER.parse(content, {"cells": MAX_CELLS})
    for token in tokens:
        token.block = False  # else the renderer breaks lines between blocks
        if token.type in ("heading_open", "heading_close"):
            token.tag = "p"
            token.attrs = {"class": "heading"} if token.nesting > 0 else {}
        elif token.tag in ("th", "td"):
            token.attrs = {}  # the library aligns by style
    return tokens


# --- words ---------------------------------------------------------------------------------------
def _words(state: StateInline, silent: bool) -> bool:
    found = _STOP.search(state.src, state.pos, state.posMax)
    end = found.start() if found else state.posMax
    if end == state.pos:
        return False
    if not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def _name(state: StateInline, silent: bool) -> bool:
    return state.src[state.pos] == "@" and _candidate(state, silent, NAME, _NAME)


def _room(state: StateInline, silent: bool) -> bool:
    """Not in a link's words: a link cannot hold another."""
    is_room = state.src[state.pos] == "#" and not state.linkLevel
    return is_room and _candidate(state, silent, ROOM, _ROOM)


def _candidate(state: StateInline, silent: bool, kind: str, pattern: re.Pattern[str]) -> bool:
    """What could be meant, longest first: `@carol-` is `carol-`, or `carol` and a dash."""
    found = pattern.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    words = found[1]
    if words.endswith("_") and any(d.marker == ord("_") for d in state.delimiters[-MAX_NESTING:]):
        words = words.rstrip("_")  # `_for @carol_` ends its emphasis
    bare = words.rstrip("-_")
    options = [
        word.lower() for word in dict.fromkeys((words, bare)) if len(word) >= _SHORTEST[kind]
    ]
    if not options:
        return False
    if not silent:
        token = state.push(kind, "", 0)
        token.content = state.src[state.pos] + words
        token.meta = {"options": options}
    state.pos += 1 + len(words)
    return True


# --- addresses -----------------------------------------------------------------------------------
def _bare_link(state: StateInline, silent: bool) -> bool:
    """`https://…`, `www.…`, `mailto:…` and any of them in angles; never in a link's words."""
    src, pos = state.src, state.pos
    if state.linkLevel or src[pos] not in "<hHwWmM":
        return False
    found = (_ANGLED if src[pos] == "<" else _BARE).match(src, pos, state.posMax)
    if found is None:
        return False
    text = found[1] if src[pos] == "<" else _without_sentence(found[0])
    url = f"mailto:{text}" if src[pos] == "<" and not _SCHEME.match(text) else text
    href = _href(f"https://{url}" if url[0] in "wW" else url)
    if href is None:
        return False
    if not silent:
        state.push("link_open", "a", 1).attrs = {"href": href, **OUTSIDE}
        state.push("text", "", 0).content = text
        state.push("link_close", "a", -1)
    state.pos = found.end() if src[pos] == "<" else pos + len(text)
    return True


def _link(state: StateInline, silent: bool) -> bool:
    """`[words](address)`, and a picture as a link with its description; a title is left out."""
    src, start = state.src, state.pos + (state.src[state.pos] == "!")
    if src[state.pos] == "[" and (run := _BRACKETS.match(src, start, state.posMax)):
        if not silent:  # no link has so many around it, and looking for one takes long
            state.append_pending(run[0])
        state.pos = run.end()
        return True
    if not src.startswith("[", start, state.posMax) or src.find("](", start) < 0:
        return False
    words_end = parseLinkLabel(state, start, True)
    found = _address(state, words_end + 1) if words_end >= 0 else None
    if found is None:
        return False
    href, end = found
    if not silent and state.linkLevel:
        state.append_pending(src[start + 1 : words_end])  # a picture that is itself a link
    elif not silent:
        outer_end = state.posMax
        state.pos, state.posMax = start + 1, words_end
        state.push("link_open", "a", 1).attrs = {"href": href, **OUTSIDE}
        state.linkLevel += 1
        state.md.inline.tokenize(state)
        state.linkLevel -= 1
        state.push("link_close", "a", -1)
        state.posMax = outer_end
    state.pos = end
    return True


def _address(state: StateInline, pos: int) -> tuple[str, int] | None:
    """The address in parentheses, and where they end."""
    src, end = state.src, state.posMax
    start = _SPACE.match(src, pos + 1, end)
    if not src.startswith("(", pos, end) or start is None:
        return None
    found = parseLinkDestination(src, start.end(), end)
    after = _AFTER_ADDRESS.match(src, found.pos, end) if found.ok else None
    href = _href(found.str) if after else None
    return (href, after.end()) if after and href else None


def _href(url: str) -> str | None:
    """With the host in ASCII and the rest escaped; None for what nh3 would refuse afterwards."""
    if not _SCHEME.match(url):
        return None
    try:
        href = _PARSER.normalizeLink(url)
    except ValueError:
        return None
    judged = _JUDGE.clean(f'<a href="{escape(href)}">')
    return href if judged.startswith("<a href=") else None


def _without_sentence(url: str) -> str:
    """`(see https://a.example/b_(c).)` ends after `c)`."""
    end, surplus = len(url), url.count(")") - url.count("(")
    while url[end - 1] in _AFTER_BARE or (url[end - 1] == ")" and surplus > 0):
        surplus -= url[end - 1] == ")"
        end -= 1
    return url[:end]


# --- blocks --------------------------------------------------------------------------------------
def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    return _is_shallow(state) and blockquote(state, start, end, silent)


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    return _is_shallow(state) and list_block(state, start, end, silent)


def _is_shallow(state: StateBlock) -> bool:
    """Below the deepest level the library drops what it finds; so nothing may get there."""
    return state.level < MAX_NESTING - 2


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Up to MAX_CELLS; what goes beyond stays the text it is, and so do the tables after it."""
    if state.env["cells"] <= 0 or not table(state, start, end, True):
        return False
    if silent:
        return True
    line = start + 1
    columns = state.src.count("|", state.bMarks[line], state.eMarks[line]) + 1
    last = next((line for line in range(start, end) if state.isEmpty(line)), end)
    state.env["cells"] -= columns * (last - start)
    return state.env["cells"] >= 0 and table(state, start, end, False)


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"breaks": True, "html": False, "maxNesting": MAX_NESTING})
    block, inline = parser.block.ruler, parser.inline.ruler
    block.at("table", _table, {"alt": ["paragraph"]})
    block.at("blockquote", _quote, {"alt": ["paragraph", "blockquote", "list"]})
    block.at("list", _list, {"alt": ["paragraph", "blockquote"]})
    inline.at("text", _words)
    inline.at("link", _link)
    inline.push(NAME, _name)
    inline.push(ROOM, _room)
    inline.push("bare_link", _bare_link)
    parser.enable(["table", "fence", "blockquote", "hr", "list", "heading"])
    parser.enable(["newline", "escape", "backticks", "strikethrough", "emphasis", "link"])
    return parser


def options_of(tokens: Sequence[Token], kind: str) -> list[list[str]]:
    """What each `@` or `#` of the message could mean, in order."""
    inline = (child for token in tokens for child in token.children or ())
    return [child.meta["options"] for child in inline if child.type == kind]


_PARSER = _make_parser()
OPTIONS = _PARSER.options
parse("warm")  # the library compiles its chains of rules at first use, which threads must not share
