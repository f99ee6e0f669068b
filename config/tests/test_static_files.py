"""Modules go out without their comments, and say the same."""

import json
import subprocess

import httpx
import pytest
from django.conf import settings

from config.static_files import without_comments
from scripts.install import find_node_tool, tool_env

MODULES = sorted((settings.BASE_DIR / "static" / "js").rglob("*.js"))
# What a module says, as a compiler reads it: comments left out, everything else as it is.
SAID = """
const { transformSync } = require("esbuild");
const said = (text) => transformSync(text, { format: "esm", legalComments: "none", minifyWhitespace: true }).code;
let input = "";
process.stdin.on("data", (part) => (input += part)).on("end", () => {
  const other = JSON.parse(input).filter(([, before, after]) => said(before) !== said(after));
  console.log(JSON.stringify(other.map(([name]) => name)));
});
"""

pytestmark = pytest.mark.once


def test_every_module_says_the_same_without_its_comments():
    pairs = [
        [str(module), module.read_text(), without_comments(module.read_bytes()).decode()]
        for module in MODULES
    ]
    node = find_node_tool("node")
    assert node is not None, "run `make install`"
    done = subprocess.run(
        [node, "-e", SAID],
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
        env=tool_env(),
        check=True,
    )
    assert json.loads(done.stdout) == []
    for name, before, after in pairs:
        assert before.count("\n") == after.count("\n"), name
    assert sum(len(after) for _, _, after in pairs) < 0.8 * sum(
        len(before) for _, before, _ in pairs
    )


def test_a_comment_beside_code_stays_and_a_string_is_none():
    module = b"/** @type {X} */ (a)\nconst b = `\nx // y`; // z\n"
    assert without_comments(module) == module


def test_a_module_is_served_without_comments_under_its_own_length(parlor):
    answer = httpx.get(f"{parlor.url}/static/js/main.js", headers={"Accept-Encoding": "identity"})
    assert b"Composition: makes the parts" not in answer.content
    assert b"client.restore()" in answer.content
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert httpx.head(f"{parlor.url}/static/js/main.js").status_code == 200
    part = httpx.get(f"{parlor.url}/static/js/main.js", headers={"Range": "bytes=0-2"})
    assert (part.status_code, part.content) == (206, b"/**")
