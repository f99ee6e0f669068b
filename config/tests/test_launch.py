"""The launcher as a person meets it: a process, its lines and its exit code."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from config import launch
from scripts.services import free_port

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """What a person's shell holds: nothing of Parlor's but a port and a place that are free."""
    named = ("DEBUG", "DATABASE_URL", "REDIS_URL", "LOG_LEVEL")
    kept = {name: value for name, value in os.environ.items() if name not in named}
    return kept | {"PORT": str(free_port()), "DATA_DIR": str(tmp_path), "ENV_FILE": os.devnull}


def launched(env: dict[str, str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "config.launch", *words],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def lines_until(process: subprocess.Popen[str], text: str) -> list[str]:
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return lines
    raise AssertionError("".join(lines))


@pytest.mark.slow
def test_the_first_start_seeds_and_the_second_changes_nothing(env: dict[str, str]) -> None:
    passwords = []
    for _ in range(2):
        process = launched(env)
        try:
            lines = lines_until(process, "Parlor is running at ")
            assert lines[-1] == f"Parlor is running at http://localhost:{env['PORT']}\n"
            passwords += re.findall(r"password, shown only now: (\S+)", "".join(lines))
            assert launched(env, "health").wait() == 0
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            rest, _ = process.communicate(timeout=15)
        finally:
            process.kill()
        assert process.returncode == 0, rest
        assert time.monotonic() - started < 10
        assert "Traceback" not in "".join(lines) + rest
    assert len(passwords) == 1
    assert launched(env, "health").wait() == 1


@pytest.mark.slow
def test_a_process_that_dies_takes_the_others_along(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    process = launched(env)
    try:
        lines_until(process, "Parlor is running at ")
        found = subprocess.run(
            ["pgrep", "--full", f"uvicorn.*--port {env['PORT']}"],
            capture_output=True,
            text=True,
            check=True,
        )
        os.kill(int(found.stdout.split()[0]), signal.SIGKILL)
        rest, _ = process.communicate(timeout=15)
    finally:
        process.kill()
    assert process.returncode != 0
    assert "web stopped" in rest


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({"PORT": "many"}, "PORT is 'many'; it must be a whole number from 1 to 65535."),
        ({"PORT": "70000"}, "PORT is '70000'; it must be a whole number from 1 to 65535."),
        ({"WEB_PROCESSES": "2"}, "WEB_PROCESSES is above 1, and several need Redis"),
        ({"HOST": "192.0.2.1"}, "HOST '192.0.2.1' is no address of this machine"),
        ({"HOST": "nowhere.invalid"}, "HOST 'nowhere.invalid' is no address of this machine."),
        ({"DATA_DIR": "/dev/null/data"}, "DATA_DIR /dev/null/data cannot be made"),
        ({"DEBUG": "0"}, "SECRET_KEY is not set."),
        ({"DATABASE_URL": "postgres://x@127.0.0.1:9/x"}, "the database does not answer"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
    ],
)
def test_what_cannot_work_is_said_in_one_line(
    env: dict[str, str], said: dict[str, str], line: str
) -> None:
    process = launched(env | said)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output.startswith("Parlor cannot start: ")
    assert line in output
    assert output.count("\n") == 1


def test_a_busy_port_is_said_in_one_line(env: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(env["PORT"]))):
        output, _ = launched(env).communicate(timeout=60)
    assert output.startswith(f"Parlor cannot start: port {env['PORT']} is in use.")
    assert output.count("\n") == 1


def test_a_database_that_is_none_is_said_in_one_line(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "parlor.sqlite3").write_text("this is no database" * 100)
    output, _ = launched(env).communicate(timeout=60)
    assert "file is not a database" in output
    assert output.count("\n") == 1
    assert "Traceback" in (tmp_path / "start.log").read_text()


def test_an_unknown_command_is_refused(env: dict[str, str]) -> None:
    process = launched(env, "nonsense")
    assert "unknown command 'nonsense'" in process.communicate(timeout=60)[0]
    assert process.returncode == 1


def test_debug_is_on_only_where_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEBUG")
    assert launch.read_environment()["DEBUG"] == "1"
    (tmp_path / "env").write_text("DEBUG=0\nPORT=8123\n")
    monkeypatch.setenv("ENV_FILE", str(tmp_path / "env"))
    assert launch.read_environment()["DEBUG"] == "0"
    assert launch.read_environment()["PORT"] == "8123"
    monkeypatch.setenv("PORT", "8124")
    assert launch.read_environment()["PORT"] == "8124"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://localhost:8000"),
        ("0.0.0.0", "http://localhost:8000"),
        ("192.0.2.7", "http://192.0.2.7:8000"),
        ("2001:db8::7", "http://[2001:db8::7]:8000"),
    ],
)
def test_the_address_shown_can_be_opened(host: str, address: str) -> None:
    assert launch.shown_address({"HOST": host, "PORT": "8000"}) == address


@pytest.fixture
def picky_server() -> Iterator[tuple[int, list[str]]]:
    """Answers 200, and keeps the names that it was asked by."""
    names: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            names.append(self.headers["Host"])
            self.send_response(200 if self.path == "/up" else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port, names
        server.shutdown()
        thread.join()


def test_health_asks_by_a_name_that_is_let_in(picky_server: tuple[int, list[str]]) -> None:
    port, names = picky_server
    env = {"HOST": "0.0.0.0", "PORT": str(port)}
    for allowed in ("", "*", "chat.example.org,localhost", ".example.org"):
        assert launch.answers(env | {"ALLOWED_HOSTS": allowed}, "/up")
    assert names == ["localhost", "localhost", "chat.example.org", "example.org"]
    assert not launch.answers(env, "/down")


def test_every_setting_is_in_the_example() -> None:
    settings = (ROOT / "config" / "settings.py").read_text()
    example = (ROOT / ".env.example").read_text()
    for name in re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings):
        assert re.search(rf"^#{name}=", example, re.MULTILINE), name
