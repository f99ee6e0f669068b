"""The control line: who gets in, what comes of mistakes, and of a worker that is away."""

import pytest
from django.conf import settings
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from api.errors import NotFound, Unavailable, ValidationFailed
from voice import control, wire
from voice.control import Where
from voice.tests.kit import Studio, a_certificate

SEAT = {
    "sessionId": "s1", "roomId": "r1", "userId": "u1", "generation": 2, "version": 1,
    "muted": False, "deafened": False, "serverMuted": False, "mayVideo": True,
}  # fmt: skip


@pytest.fixture
def studio():
    running = Studio().start()
    yield running
    running.stop()


@pytest.fixture
def place(studio):
    yield Where("w1", studio.url)
    control.hang_up()


def open_line(url, token):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return connect(url + wire.PATH, additional_headers=headers, proxy=None)


@pytest.mark.parametrize("token", ["", "guessed", "é"])
def test_only_who_has_the_token_gets_in(studio, token):
    refusals = (InvalidStatus, UnicodeEncodeError)
    with pytest.raises(refusals) as refused, open_line(studio.url, token):
        pass
    if isinstance(refused.value, InvalidStatus):
        assert refused.value.response.status_code == 401
    with open_line(studio.url, settings.MEDIA_CONTROL_TOKEN):
        pass


def test_a_worker_answers_and_says_what_is_wrong(place):
    joined = control.ask(place, "join", SEAT)
    assert joined["producers"] == []
    made = control.ask(place, "create_transport", {"sessionId": "s1", "direction": "send"})
    to = {"sessionId": "s1", "transportId": made["id"]}
    with pytest.raises(ValidationFailed) as wrong:
        control.ask(place, "connect", to | {"dtlsParameters": {"role": "client"}})
    assert wrong.value.details[0]["field"]
    control.ask(place, "connect", to | {"dtlsParameters": a_certificate()})
    with pytest.raises(NotFound):
        control.ask(place, "connect", to | {"transportId": "0" * 16, "dtlsParameters": {}})


def test_what_is_no_message_hurts_nobody(studio, place):
    with open_line(studio.url, settings.MEDIA_CONTROL_TOKEN) as line:
        for text in ("", "{", "[]", '{"type":"ask"}', b"\x00\xff"):
            line.send(text)
        line.send(wire.encode(wire.Ask("no such method", {}, 7)).decode())
        assert wire.decode_said(line.recv(5)).refusal.kind == "InternalError"
    assert control.ask(place, "producers", {"roomId": "r1"}) == []


def test_an_older_placement_of_a_room_is_refused_and_a_newer_one_empties_it(studio, place):
    control.ask(place, "join", SEAT)
    with pytest.raises(NotFound):
        control.ask(place, "join", SEAT | {"generation": 1, "sessionId": "s0"})
    control.ask(place, "join", SEAT | {"generation": 3, "sessionId": "s2"})
    assert studio.look(lambda: set(studio.house.seats)) == {"s2"}


def test_older_news_of_a_session_changes_nothing(studio, place):
    control.ask(place, "join", SEAT | {"version": 5, "serverMuted": True})
    control.ask(place, "set_state", SEAT | {"version": 4, "serverMuted": False})
    assert studio.look(lambda: studio.house.seats["s1"].is_server_muted)


def test_a_worker_that_is_away_is_unavailable_and_a_broken_line_is_opened_again(studio, place):
    with pytest.raises(Unavailable):
        control.ask(Where("w2", "ws://127.0.0.1:1"), "producers", {"roomId": "r"})
    assert control.ask(place, "producers", {"roomId": "r"}) == []
    control.hang_up()
    assert control.ask(place, "producers", {"roomId": "r"}) == []
