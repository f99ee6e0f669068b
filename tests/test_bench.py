"""`make bench` keeps working: its load client, its rows, what it reads off them. Needs gcc, no node."""

import shutil
from pathlib import Path

import pytest

from benchmarks.chat import measures, profile, report
from benchmarks.chat.bench import RowRun
from benchmarks.chat.load import Load, LoadFailed, compile_client
from benchmarks.chat.rows import ROWS
from benchmarks.chat.subjects import Parlor as Subject
from benchmarks.chat.subjects import Place
from scripts.services import in_ci
from tests.live import Parlor

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("gcc") is None and not in_ci():
        pytest.skip("there is no C compiler")
    return compile_client(tmp_path_factory.mktemp("load"))


@pytest.fixture(scope="module")
def parlor(tmp_path_factory: pytest.TempPathFactory):
    limits = {"SOCKET_FRAMES_PER_S": "100000", "SOCKET_FRAMES_BURST": "100000"}
    running = Parlor(tmp_path_factory.mktemp("parlor"), **limits)
    yield running.start()
    running.stop()


@pytest.fixture
def alice(parlor):
    return parlor.person("alice")


@pytest.fixture
def den(alice) -> str:
    return alice.new_room("den")["id"]


@pytest.fixture
def subject(parlor, alice, den: str, tmp_path: Path) -> Subject:
    people = [alice, *(parlor.person(f"bob{number}") for number in range(4))]
    tokens = tmp_path / "tokens"
    tokens.write_text("\n".join(person.token for person in people))
    seen = Subject("embedded", "Parlor", tmp_path)
    seen.place = Place(tokens, [den], [den])
    seen.running, seen.ports = [parlor.processes[0].popen], [parlor.processes[0].port]
    return seen


def is_clean(result: measures.Result) -> bool:
    return not measures.complaints(result)


@pytest.mark.slow
def test_five_people_hear_every_message_once_in_every_round(
    program: Path, subject: Subject, alice, den: str
) -> None:
    load = Load(program, subject, {"what": "chat", "sockets": 5, "senders": 2, "seconds": 0.5})
    rounds = [load.round(), load.round()]
    load.close()
    for result in rounds:
        assert is_clean(result), result
        assert result["said"] > 0
        assert result["heard"] == 5 * result["said"]
        assert result["delivery"]["count"] == result["deliveries"]
        assert result["server_cpu_s"] > 0
    assert len(alice.history(den)) == sum(result["said"] for result in rounds)


@pytest.mark.slow
def test_messages_come_at_the_rate_that_was_asked_for(program: Path, subject: Subject) -> None:
    asked = {"what": "chat", "sockets": 5, "senders": 5, "rate": 10, "seconds": 2, "warm_s": 0}
    result = Load.once(program, subject, asked)
    assert is_clean(result), result
    assert 19 <= result["said"] <= 21


@pytest.mark.slow
def test_who_was_away_gets_everything_that_was_missed(
    program: Path, subject: Subject, alice, den: str
) -> None:
    asked = {"what": "recovery", "sockets": 5, "missed": 7}
    result = Load.once(program, subject, asked)
    assert is_clean(result), result
    assert result["recovery"]["count"] == 4
    assert len(alice.history(den)) == 1 + 7


@pytest.mark.slow
def test_requests_are_counted_when_they_are_answered(
    program: Path, subject: Subject, alice, den: str
) -> None:
    posted = Load.once(program, subject, {"what": "post", "sockets": 3, "seconds": 2})
    assert is_clean(posted), posted
    # Those before and after the window were written, too.
    assert 0 < posted["requests"] <= len(alice.history(den))
    read = Load.once(program, subject, {"what": "get", "sockets": 3, "seconds": 2})
    assert is_clean(read), read
    assert read["requests"] > 0


@pytest.mark.slow
def test_a_busy_server_s_people_come_and_go_and_miss_nothing(
    program: Path, subject: Subject, alice
) -> None:
    asked = {"what": "mixed", "sockets": 5, "senders": 2, "seconds": 2, "rate": 10}
    asked |= {"typing_rate": 5, "read_rate": 5, "choose_rate": 2, "reconnect_rate": 2}
    result = Load.once(program, subject, asked)
    assert is_clean(result), result
    assert result["reconnects"] > 0
    assert result["heard"] == 5 * result["said"]


def test_a_refusal_is_told_in_words(program: Path, subject: Subject) -> None:
    subject.at.tokens.write_text("not a token")
    with pytest.raises(LoadFailed, match="INVALID_TOKEN"):
        Load(program, subject, {"what": "chat", "sockets": 1})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_aim_is_about_a_figure_and_subjects_of_its_row(row) -> None:
    for aim in row.aims:
        assert aim.measure in {measure.name for measure in row.measures}
        assert set(aim.subjects) <= set(row.subjects)
        assert not aim.against or aim.against in row.subjects
        assert aim.gate <= aim.goal if aim.against else aim.gate >= aim.goal


def test_ratios_are_taken_round_by_round() -> None:
    row = next(row for row in ROWS if row.name == "durable-hot")
    ours = [{"acks": 900, "seconds": 1.0}, {"acks": 100, "seconds": 1.0}]
    theirs = [{"acks": 100, "seconds": 1.0}, {"acks": 10, "seconds": 1.0}]
    run = RowRun(row, {"parlor": ours, "echoroom": theirs})
    assert report.reached(run, row.aims[0], "parlor") == measures.Spread(9.0, 9.5, 10.0)
    assert report.missed(run) == ["parlor"], "the goal is 10"


def test_less_is_better_where_it_is() -> None:
    assert measures.DELIVERY_P99.ratio(
        {"delivery": {"p99_ms": 5.0}}, {"delivery": {"p99_ms": 20.0}}
    ) == pytest.approx(4.0)


def test_a_profile_is_read_by_function() -> None:
    raw = "main (run.py:1);send (realtime/hub.py:10) 3\nmain (run.py:1);send (realtime/hub.py:12) 1"
    told = profile.table(raw)
    assert "100.0 %  send (realtime/hub.py)" in told
    assert "main" not in told.partition("with what they call")[2]
