"""The client's libraries and its modules: found by name, hashed, and importing each other's hashes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from config.vendored import LIBRARIES, VendoredFinder

IMPORTS = re.compile(r"""^(?:import|export)\s[^;"']*?from\s*["']([./][^"']+)["'];""", re.MULTILINE)


def test_each_library_is_found_under_its_name() -> None:
    for name in LIBRARIES:
        found = finders.find(name)
        assert found is not None
        assert "export" in Path(found).read_text()


@pytest.mark.parametrize(
    "name", ["vendor/preact.mjs", "vendor/../package.json", "preact/dist/preact.mjs", "vendor/"]
)
def test_nothing_else_of_node_modules_is_reachable(name: str) -> None:
    assert VendoredFinder().find(name) == []
    assert VendoredFinder().find(name, find_all=True) == []


def test_missing_libraries_are_said_in_one_sentence(tmp_path: Path) -> None:
    finder = VendoredFinder(tmp_path)
    with pytest.raises(ImproperlyConfigured, match="make install"):
        finder.find("vendor/preact.js")
    assert [message.id for message in finder.check()] == ["parlor.W001"]
    assert VendoredFinder().check() == []


def test_collected_modules_import_hashed_ones_and_name_no_source_map(
    settings: Any, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "config.vendored.HashedModulesStorage"}
    }
    call_command("collectstatic", "--noinput", verbosity=0)
    paths = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    hashed = set(paths.values())
    modules = [name for name in paths if name.startswith(("js/", "vendor/"))]
    assert set(LIBRARIES) <= set(modules)
    followed = 0
    for name in modules:
        file = tmp_path / paths[name]
        text = file.read_text()
        assert "sourceMappingURL" not in text
        for address in IMPORTS.findall(text):
            target = (file.parent / address).resolve()
            assert str(target.relative_to(tmp_path.resolve())) in hashed, (name, address)
            followed += 1
    assert followed > 100
