"""What installing says when it cannot go on, and what it leaves alone."""

from pathlib import Path

import pytest

from scripts import install


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own, with a .venv that nobody made."""
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "VENV_PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(install, "NODE_MODULES", tmp_path / "node_modules")
    (tmp_path / "requirements.txt").write_text("nothing==1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("NewConnectionError('…: Failed to establish a new connection')", "Check the network"),
        ("ERROR: No matching distribution found for aioice==0.13.0", "Try Python 3.11"),
        ("error: command 'gcc' failed: No such file or directory", "Install one"),
        ("ERROR: Failed building wheel for httptools", "build-essential"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("something else", "pip failed"),
    ],
)
def test_pip_s_failures_are_told_in_one_line(checkout: Path, said: str, advice: str) -> None:
    line = install.explain_pip(said, checkout / ".venv" / "install.log")
    assert advice in line
    assert line.endswith("Details: .venv/install.log")
    assert "\n" not in line


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("npm error code ECONNREFUSED", "Check the network"),
        ("npm error code ENOSPC", "the disk is full"),
        ("npm error code EUSAGE", "npm failed"),
    ],
)
def test_npm_s_failures_are_told_in_one_line(checkout: Path, said: str, advice: str) -> None:
    line = install.explain_npm(said, checkout / ".venv" / "npm.log")
    assert advice in line
    assert "\n" not in line


def test_a_failed_tool_ends_with_one_line_and_no_stamp(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install.VENV_PYTHON.parent.mkdir(parents=True)
    install.VENV_PYTHON.write_text("#!/bin/sh\necho Temporary failure in name resolution\nexit 1\n")
    install.VENV_PYTHON.chmod(0o755)
    (install.VENV / ".stamps").mkdir()
    with pytest.raises(SystemExit, match="1"):
        install.main(["runtime"])
    said = capsys.readouterr()
    assert said.out == "Installing Python packages… failed\n"
    assert said.err.count("\n") == 1
    assert "Check the network" in said.err
    assert not (install.VENV / ".stamps" / "requirements.txt").exists()


def test_what_is_current_is_left_alone(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install.VENV_PYTHON.parent.mkdir(parents=True)
    install.VENV_PYTHON.write_text("#!/bin/sh\nexit 0\n")
    install.VENV_PYTHON.chmod(0o755)
    (install.VENV / ".stamps").mkdir()
    install.main(["runtime"])
    assert "done" in capsys.readouterr().out
    install.main(["runtime"])
    assert capsys.readouterr().out == ""
    (checkout / "requirements.txt").write_text("nothing==2\n")
    install.main(["runtime"])
    assert "done" in capsys.readouterr().out


def test_an_old_python_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.version_info", (3, 10, 4))
    with pytest.raises(SystemExit):
        install.check_python()
    assert "needs Python 3.11 or newer, this is 3.10" in capsys.readouterr().err


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        install.main(["everything"])
    assert "unknown part 'everything'" in capsys.readouterr().err


def test_pins_name_no_index_and_no_path() -> None:
    for pinned in install.ROOT.glob("requirements*.txt"):
        for line in pinned.read_text().splitlines():
            assert not line.startswith(("-", "/")), (pinned.name, line)
            assert "://" not in line, (pinned.name, line)
