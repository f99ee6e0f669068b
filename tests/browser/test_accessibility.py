"""axe-core finds nothing on any screen, in either scheme. Keyboard paths stand with their features."""

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = [*WCAG, "best-practice"]
PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {}


def findings(visitor: Any, rules: list[str] = RULES) -> list[str]:
    """What axe-core has against the page, a line each."""
    # Evaluated through the debugger: the page's own rules (CSP) stay as they are.
    visitor.page.evaluate(AXE.read_text(encoding="utf-8"))
    result = visitor.page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", rules
    )
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_doors_are_open_to_everybody(visit: Any, scheme: str, size: dict[str, Any]) -> None:
    visitor = visit(color_scheme=scheme, **size).open()
    visitor.wait_state("signed-out")
    for tab in ("As a guest", "Sign in", "Register"):
        visitor.page.get_by_text(tab, exact=True).first.click()
        assert findings(visitor) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_conversation_is_open_to_everybody(
    visit: Any, name: Any, channel: Any, scheme: str, size: dict[str, Any]
) -> None:
    visitor = visit(color_scheme=scheme, **size).come_in(name("axe"), channel["slug"])
    visitor.say("hello")
    visitor.sees("hello")
    visitor.edit("hello", "hello there")
    visitor.sees("hello there")
    visitor.say("and again")
    visitor.sees("and again")
    assert findings(visitor) == []


def test_the_drawers_of_a_phone_are_open_to_everybody(visit: Any, name: Any, channel: Any) -> None:
    phone = visit(**PHONE).come_in(name("axe"), channel["slug"])
    for drawer in ("open-channels", "open-people"):
        phone.get(drawer).click()
        # What lies behind an open drawer is inert, its main landmark and heading with it.
        assert findings(phone, WCAG) == []
        phone.page.keyboard.press("Escape")


def test_being_offline_is_open_to_everybody(visit: Any, name: Any, channel: Any) -> None:
    visitor = visit().come_in(name("axe"), channel["slug"])
    visitor.go_offline()
    visitor.say("written offline")
    visitor.sees("written offline", "pending")
    assert findings(visitor) == []
