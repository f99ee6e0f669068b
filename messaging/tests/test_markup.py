"""Messages become HTML that says what was meant, and nothing else."""

import time
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.text import clean_text
from messaging import markup
from messaging.markup import LinkedRoom, MentionedPerson, mentioned, read, render

pytestmark = pytest.mark.once
PEOPLE = {
    "alice": MentionedPerson("1", "Alice <b>"),
    "bob": MentionedPerson("2", "Bob"),
    "carol-": MentionedPerson("3", "Carol"),
    "dave_": MentionedPerson("4", "Dave"),
}
ROOMS = {
    "general": LinkedRoom("7", "general", "General & all"),
    "off-topic": LinkedRoom("8", "off-topic", "Off topic"),
}
ALICE = '<span class="mention" data-user-id="1">@Alice &lt;b&gt;</span>'
BOB = '<span class="mention" data-user-id="2">@Bob</span>'
GENERAL = '<a class="room-link" data-room-id="7" href="/#/general">#General &amp; all</a>'
OUTSIDE = 'rel="noopener noreferrer nofollow ugc" target="_blank"'


def html_of(content):
    return render(read(content), PEOPLE, ROOMS)


def link(href, text=None):
    return f'<a href="{href}" {OUTSIDE}>{text or href}</a>'


# --- what people write ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "html"),
    [
        ("Hi there!", "<p>Hi there!</p>"),
        ("**a** _b_ ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>"),
        ("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"),
        ("## Plans", '<p class="heading">Plans</p>'),
        ("a\n===", "<p>a<br>===</p>"),
        ("    far right", "<p>far right</p>"),
        ("- a\n- b\n  1. c", "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>"),
        ("3. c\n4. d", '<ol start="3"><li>c</li><li>d</li></ol>'),
        ("> a\n\nb", "<blockquote><p>a</p></blockquote><p>b</p>"),
        ("---", "<hr>"),
        ("```Py\n@bob\n```", '<pre><code class="language-py">@bob</code></pre>'),
        ('```"><b x\ny', '<pre><code>"&gt;&lt;b x\ny</code></pre>'),
        ("a\ud800b", "<p>a\ufffdb</p>"),
        (
            "|a|b|\n|:-|-:|\n|1|2|",
            "<table><thead><tr><th>a</th><th>b</th></tr></thead>"
            "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
        ),
        ("<b>x</b> &amp; &#x202e;", "<p>&lt;b&gt;x&lt;/b&gt; &amp;amp; &amp;#x202e;</p>"),
        ("[a]: https://a.example", f"<p>[a]: {link('https://a.example')}</p>"),
    ],
)
def test_markdown_is_shown(content, html):
    assert html_of(content) == html


@pytest.mark.parametrize("content", ["#", "-", ">", "1.", "```", "[](https://a.example)"])
def test_what_would_show_nothing_is_shown_as_it_was_typed(content):
    shown = html_of(content)
    assert shown.startswith("<p>")
    assert unescape(markup._TAG.sub("", shown)) == content


@pytest.mark.parametrize(
    ("content", "html"),
    [
        ("https://a.example/b_c_d", link("https://a.example/b_c_d")),
        ("(https://a.example/b(c)).", f"({link('https://a.example/b(c)')})."),
        ("**https://a.example**", f"<strong>{link('https://a.example')}</strong>"),
        ("www.a.example!", f"{link('https://www.a.example', 'www.a.example')}!"),
        ("<https://a.example>", link("https://a.example")),
        ("<a@b.example>", link("mailto:a@b.example", "a@b.example")),
        ("[a](https://a.example 'b')", link("https://a.example", "a")),
        ("![a](https://a.example/a.png)", link("https://a.example/a.png", "a")),
        ("[![a](https://b.example)](https://a.example)", link("https://a.example", "a")),
        ("https://ü.example/ü", link("https://xn--tda.example/%C3%BC", "https://ü.example/ü")),
        ("https://a.example/@alice#general", link("https://a.example/@alice#general")),
        ("a.example a@b.example", "a.example a@b.example"),
    ],
)
def test_addresses_are_links(content, html):
    assert html_of(content) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    "content",
    [
        "[a](javascript:alert)", "[a](data:text/html,a)", "[a](/admin)", "[a](//b.example)", "[a]()",
        "[a](ftp://b.example)", "[a](https:b)", "[a](https://b:99999)", "https://1.2.3.4.5",
    ],
)  # fmt: skip
def test_other_addresses_stay_text(content):
    assert html_of(content) == f"<p>{content}</p>"


# --- names ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "html"),
    [
        ("@alice, (@BOB).", f"{ALICE}, ({BOB})."),
        ("@alice- and @alice's", f"{ALICE}- and {ALICE}'s"),
        ("@carol-", '<span class="mention" data-user-id="3">@Carol</span>'),
        ("@dave_", '<span class="mention" data-user-id="4">@Dave</span>'),
        ("_for @alice_", f"<em>for {ALICE}</em>"),
        ("**@alice**", f"<strong>{ALICE}</strong>"),
        ("[@alice #general](https://a.example)", link("https://a.example", f"{ALICE} #general")),
        ("x@alice @alice@b.example @@alice \\@alice @al", "x@alice @alice@b.example @@alice @alice @al"),
        ("`@alice`", "<code>@alice</code>"),
        ("@nobody #nowhere", "@nobody #nowhere"),
        ("#general", GENERAL),
        ("see #General, #off-topic-", f"see {GENERAL}, "
         '<a class="room-link" data-room-id="8" href="/#/off-topic">#Off topic</a>-'),
        ("x#general a/#general ##general", "x#general a/#general ##general"),
    ],
)  # fmt: skip
def test_names_at_the_start_of_a_word_are_known(content, html):
    assert html_of(content) == f"<p>{html}</p>"


def test_reading_says_what_to_look_up():
    source = read("@Alice @carol- `@bob` #General\n```\n#off-topic\n```")
    assert source.usernames == {"alice", "carol-", "carol"}
    assert source.slugs == {"general"}


def test_only_the_first_names_are_looked_up():
    source = read(" ".join(f"@person{n} #room{n}" for n in range(100)))
    assert source.usernames == {f"person{n}" for n in range(markup.MAX_MENTIONS)}
    assert source.slugs == {f"room{n}" for n in range(markup.MAX_ROOM_LINKS)}


def test_mentioned_are_those_whom_the_message_shows():
    both = {**PEOPLE, "carol": MentionedPerson("9", "The other Carol")}
    assert mentioned(read("@bob @carol- @alice @bob @nobody"), both) == ["2", "3", "1"]
    assert mentioned(read("hi"), both) == []


# --- safety --------------------------------------------------------------------------------------
# fmt: off
BARE_TAGS = (
    "br", "strong", "em", "s", "pre", "blockquote", "ul", "li", "hr", "table", "thead", "tbody", "tr", "th", "td",
)
PIECES = st.sampled_from([
    "*", "**", "_", "__", "~~", "`", "```", "[", "]", "(", ")", "![", "](", "<", ">", "@alice", "@carol-", "@dave_",
    "#general", "#", "-", "+", "1.", "|", "|-|", "|a|b|", "\\", "&", "&lt;", '"', "'", ":", "https://", "www.", "mailto:",
    "javascript:", "data:", "a.example", "alert(1)", "<script>", "<img onerror=x>", "style=", "onclick=",
    "](javascript:alert(1))", "](https://a.example)", '](HTTPS://a")', '<https://a.example/">', "ü", "👍", "\u00a0",
    "\u3000", "\ufeff", "---", "~~~", "===", "```js",
])
# fmt: on
ALLOWED = {
    **{tag: set() for tag in BARE_TAGS},
    "a": {"href", "rel", "target", "class", "data-room-id"},
    "span": {"class", "data-user-id"},
    "p": {"class"},
    "code": {"class"},
    "ol": {"start"},
}
CLASSES = {"a": "room-link", "span": "mention", "p": "heading"}


class Inspector(HTMLParser):
    """Refuses what the client is not told to expect; collects the text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []
        self.text = []

    def handle_starttag(self, tag, attrs):
        assert tag in ALLOWED, tag
        assert {name for name, _ in attrs} <= ALLOWED[tag], attrs
        found = dict(attrs)
        if tag == "code" and "class" in found:
            assert found["class"].startswith("language-")
            assert " " not in found["class"]
        elif "class" in found:
            assert found["class"] == CLASSES[tag]
        if tag == "a":
            assert "a" not in self.open
            is_room = found["href"].startswith("/#/") and found["class"] == "room-link"
            is_outside = found["href"].lower().startswith(("http://", "https://", "mailto:"))
            assert is_room or (
                is_outside and found["target"] == "_blank" and "noopener" in found["rel"]
            )
        if tag not in {"br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def inspect(html):
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    assert not inspector.open
    return "".join(inspector.text)


SPACES = st.sampled_from([" ", "\n", "\n\n", "    ", "\t", "> ", "- "])
HOSTILE = st.lists(PIECES | SPACES | st.text(max_size=4), max_size=40).map("".join).map(clean_text)


@given(HOSTILE)
def test_nothing_but_what_the_client_expects_comes_out(content):
    inspect(html_of(content))


def letters(text):
    return [letter for letter in text if letter.isalpha() and not letter.isascii()]


# Addresses behind `](` and a row's cells beyond its table's head are not shown.
@given((HOSTILE | st.text()).map(lambda text: text.replace("]", "").replace("|", "")))
def test_every_word_is_still_there(content):
    assert letters(inspect(render(read(content)))) == letters(content)


@given(st.text(max_size=12), st.text(max_size=12))
def test_names_cannot_break_out(name, slug):
    name, slug = name.encode("utf-8", "replace").decode(), slug.encode("utf-8", "replace").decode()
    people = {"alice": MentionedPerson(name, f'"><script>{name}')}
    rooms = {"general": LinkedRoom(slug, f'"><img onerror=x>{slug}', f"</a><b>{name}")}
    inspect(render(read("@alice #general"), people, rooms))


PLAIN = st.text("ab cd.,:;!?'\"()/>=-+|1234 üé👍\u3000www", min_size=1) | st.text()


@given(PLAIN)
def test_the_short_way_says_what_the_long_way_says(content):
    source = read(content)
    if source._tokens is None:
        assert render(source) == render(markup._read_markup(content))


def test_plain_sentences_take_the_short_way():
    for content in (
        "See you at 10:30 (bring coffee)!",
        'a -> b; it\'s 50% "done"',
        "Schön, 好的 👍",
    ):
        assert read(content)._tokens is None


def test_depth_hides_nothing():
    for content in (
        ">" * 100 + " deep",
        "- " * 100 + "deep",
        "> - " * 50 + "deep",
        "[" * 100 + "deep",
    ):
        assert "deep" in inspect(html_of(content))


# --- speed and threads ---------------------------------------------------------------------------
TRAPS = [
    "[", "![", "[![", "[`", "*[", "![a](", "[a](<b", '[a](https://b "', "`", "`a``b```c", "*", "*a **a ", "_a @abc_ ",
    "a_b", "~~a ", "<", "<a", "<a.", "<https://a", "> ", "- ", "> - ", "- a\n", "+ a\n* b\n", "a\n", "|", "a|b\n-|-\n",
    "|||\n|-|\n", "a|" * 30 + "\n" + "-|" * 30 + "\n" + "|\n" * 1900, "@", "@abc ", "@abc_", "#", "# a\n", "https://a",
    "https://a ", "https://" + "a" * 3992, "https://a" + ")" * 3991, "https://a" + "." * 3991, "www.a-", "mailto:a",
    "[https://a ", "[www.a.b ", "\\", "&amp;", "\n", "\u0301", "👍",
]  # fmt: skip


def time_of(content):
    started = time.thread_time()
    html_of(content)
    return time.thread_time() - started


def test_no_4000_characters_take_long():
    timings = []
    for trap in TRAPS:
        content = (trap * 4000)[:4000]
        assert len(html_of(content)) < 100_000, trap[:20]
        timings.append((min(time_of(content) for _ in range(3)), trap[:20]))
    slowest_s, trap = max(timings)
    print(f"slowest: {trap!r} {slowest_s * 1000:.0f} ms")
    assert slowest_s < 0.5, trap  # 50 ms on a quiet machine


def test_threads_share_the_parser():
    contents = [f"**{n}** @alice #general [x](https://{n}.example)\n- a\n- `b`" for n in range(40)]
    expected = [html_of(content) for content in contents]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(html_of, contents * 5)) == expected * 5
