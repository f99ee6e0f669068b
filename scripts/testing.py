"""The pytest plugin that makes any test run the same, however it was started (pytest.ini names it).

Sets the environment before settings are read: nothing of .env or of the shell's DATABASE_URL
reaches a test. Without TEST_DATABASE_URL and TEST_REDIS_URL that is the embedded default. Leaves
out what cannot run here, and in CI turns anything skipped into a failure. Holds no fixtures: those
are conftest.py's.
"""

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scripts.services import in_ci

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
REDIS_DATABASES = 16


def with_services() -> bool:
    """Whether this run is the one on PostgreSQL and Redis."""
    return bool(os.environ.get("TEST_DATABASE_URL") and os.environ.get("TEST_REDIS_URL"))


def redis_url_of(worker: str, url: str) -> str:
    """A database of its own for each of xdist's workers, so that they do not count in one place."""
    if not worker or not url:
        return url
    first = int(urlsplit(url).path.strip("/") or 0)
    number = (first + int(worker.removeprefix("gw"))) % REDIS_DATABASES
    return urlsplit(url)._replace(path=f"/{number}").geturl()


def set_environment() -> None:
    """The environment of a test process; its workers' lies inside that of the first one."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        data_dir = Path(os.environ["DATA_DIR"]) / worker
        data_dir.mkdir(exist_ok=True)
    else:
        data_dir = Path(tempfile.mkdtemp(prefix="parlor-tests-"))
    urls = {
        "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", ""),
        "REDIS_URL": redis_url_of(worker, os.environ.get("TEST_REDIS_URL", "")),
    }
    for name, url in urls.items():
        os.environ.pop(name, None)
        if url:
            os.environ[name] = url
    os.environ |= {"ENV_FILE": os.devnull, "DEBUG": "1", "DATA_DIR": str(data_dir)}
    os.environ.setdefault("LOG_LEVEL", "WARNING")


set_environment()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to the other run, and browser tests where there is no browser."""
    if not with_services():
        leave_out(config, items, "services")
    if any(item.get_closest_marker("networks") for item in items):
        from tests.browser.network import can_make_networks

        if not can_make_networks():
            leave_out(config, items, "networks")
    if not in_ci() and not any(map(shutil.which, CHROMIUM)):
        missing = pytest.mark.skip(reason="no Chromium on PATH (Debian: apt install chromium)")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(missing)
    if in_ci():
        # A browser, a server and a database that share two cores with another such test may miss a
        # deadline. Each gets a second try; the first is printed, and is a bug to be mended.
        for item in items:
            item.add_marker(pytest.mark.flaky(reruns=1))


def leave_out(config: pytest.Config, items: list[pytest.Item], marker: str) -> None:
    """Those marked so belong to another run, or to another machine; pytest tells how many."""
    elsewhere = [item for item in items if item.get_closest_marker(marker)]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failure: it would say that something works which was not tried."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if in_ci() and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line("In CI no test may be skipped.", red=True)


def pytest_unconfigure() -> None:
    """Remove the data directory with all the workers' in it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ["DATA_DIR"], ignore_errors=True)
