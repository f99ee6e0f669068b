"""Which pages may open a socket: our own and CORS_ORIGINS; who has no Origin is no browser."""

import pytest
from websockets.exceptions import InvalidStatus

from realtime.origins import is_known, is_known_host
from realtime.tests.gateway_kit import FRIENDS


async def test_our_own_page_is_let_in(house):
    client = await house.open(origin=house.url)
    assert (await client.error("ping"))["code"] == "NOT_AUTHENTICATED"


async def test_a_friends_page_is_let_in(house, mallory):
    await house.enter(mallory, origin=FRIENDS)


async def test_a_program_without_an_origin_is_let_in(house, mallory):
    await house.enter(mallory, origin=None)


STRANGERS = [
    "null", "https://evil.example", "http://localhost.evil.example", f"{FRIENDS}.evil.example",
    f"{FRIENDS}:444", "http://friends.example", "file://", "http://", "https://", "http://[",
    "::", "http://127.0.0.1", "http://127.0.0.1:1", "javascript:alert(1)", "*", "ü",
    "chrome-extension://abc",
]  # fmt: skip


@pytest.mark.parametrize("origin", STRANGERS)
async def test_a_strangers_page_is_refused(house, origin):
    with pytest.raises(InvalidStatus) as refused:
        await house.open(origin=origin)
    # What is no origin at all autobahn refuses before we are asked.
    assert refused.value.response.status_code in ((403,) if house.kind == "uvicorn" else (400, 403))


def test_the_same_host_is_known_in_any_case_of_letters():
    assert is_known("HTTPS://Chat.Example", "chat.example")
    assert is_known("http://[::1]:8000", "[::1]:8000")
    assert not is_known("https://chat.example:444", "chat.example")
    assert not is_known("https://chat.example/path", "chat.example")
    assert not is_known("ftp://chat.example", "chat.example")
    assert not is_known("chat.example", "chat.example")


@pytest.mark.parametrize("host", ["", "[", "]", "[::1", "\x00", "a\nb", "localhost\t"])
def test_what_is_no_host_is_not_known(host, settings):
    settings.ALLOWED_HOSTS = ["localhost", "[::1]"]
    assert not is_known_host(host)


def test_allowed_hosts_may_have_a_leading_dot(settings):
    settings.ALLOWED_HOSTS = [".chat.example"]
    assert is_known_host("a.chat.example:8000")
    assert is_known_host("chat.example")
    assert not is_known_host("badchat.example")
