"""Somebody at a browser: what they do, what they see, and what their console said."""

import re
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.browser.wire import Cable

# What Chromium itself says of a network that is gone. Nothing else may stand in the console.
OF_THE_NETWORK = re.compile(
    r"WebSocket connection to .* failed|net::ERR_|Failed to load resource: net::"
)
WATCH = """
  window.seen = { violations: [], shift: 0, shifts: [] };
  addEventListener("securitypolicyviolation", (e) => seen.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      seen.shift += entry.value;
      seen.shifts.push(entry);
    }
  }).observe({ type: "layout-shift", buffered: true });
"""


class Visitor:
    """A browser context with one page, behind a cable of its own."""

    def __init__(self, context: BrowserContext, cable: Cable) -> None:
        self.context, self.cable = context, cable
        self.problems: list[str] = []
        self.expected: list[str] = []  # parts of console errors that a test provokes
        self.was_cut = False
        context.add_init_script(WATCH)
        self.page: Page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if self.was_cut and OF_THE_NETWORK.search(message.text):
            return
        if not any(part in message.text for part in self.expected):
            self.problems.append(message.text)

    def get(self, testid: str) -> Locator:
        """By data-testid."""
        return self.page.get_by_test_id(testid)

    # --- coming in ---------------------------------------------------------------------------------
    def open(self, room: str = "") -> "Visitor":
        """Open the page, at a room if one is named."""
        self.page.goto(self.cable.url + (f"/#/{room}" if room else "/"))
        return self

    def come_in(self, name: str, room: str = "") -> "Visitor":
        """As a guest."""
        self.open(room)
        self.get("field-username").fill(name)
        self.get("enter").click()
        return self.settled()

    def settled(self) -> "Visitor":
        """Connected, and the open room's messages are there."""
        self.wait_state("ready")
        expect(self.get("messages")).to_have_attribute("data-loaded", "true")
        return self

    def wait_state(self, state: str) -> None:
        """The body carries one word for where things stand."""
        expect(self.page.locator("body")).to_have_attribute("data-state", state, timeout=20_000)

    def scroll_to_start(self) -> None:
        """As far up as there is something, by the wheel: until then a room is still opening."""
        self.get("messages").evaluate(
            """(list) => {
              list.dispatchEvent(new WheelEvent("wheel", { deltaY: -1, bubbles: true }));
              list.scrollTop = 0;
            }"""
        )

    def wait_until(self, predicate: str, arg: Any = None, timeout_s: float = 15) -> None:
        """Wait for a function of JavaScript to be true.

        Playwright's own `wait_for_function` evaluates text anew at every look, which the page's
        rules (CSP) refuse from the second look on.
        """
        came_true = self.page.evaluate(
            f"""async ([arg, milliseconds]) => {{
              const predicate = {predicate}, end = performance.now() + milliseconds;
              while (!predicate(arg)) {{
                if (performance.now() > end) return false;
                await new Promise((done) => requestAnimationFrame(done));
              }}
              return true;
            }}""",
            [arg, timeout_s * 1000],
        )
        assert came_true, f"not within {timeout_s} s: {predicate} of {arg}"

    # --- doing -------------------------------------------------------------------------------------
    def say(self, text: str) -> None:
        """Write and send; whether it arrives is another question."""
        self.get("composer").fill(text)
        self.get("composer").press("Enter")

    def row(self, text: str) -> Locator:
        """The message with exactly this text."""
        content = self.get("content").filter(has_text=re.compile(f"^{re.escape(text)}$"))
        return self.get("message").filter(has=content)

    def edit(self, text: str, new: str) -> None:
        """By its button."""
        self.row(text).hover()
        self.row(text).get_by_test_id("edit").click()
        self.get("editor").fill(new)
        self.get("editor").press("Enter")

    def delete(self, text: str) -> None:
        """By its menu, and yes."""
        self.row(text).hover()
        self.row(text).get_by_test_id("more").click()
        self.get("row-menu").get_by_test_id("delete").click()
        self.get("delete-confirm").click()

    def go_offline(self) -> None:
        """The cable is out, and the device knows."""
        self.was_cut = True
        self.context.set_offline(True)
        self.cable.pull()
        self.wait_state("offline")

    def come_back(self) -> None:
        """The network is there again."""
        self.cable.plug()
        self.context.set_offline(False)
        self.settled()

    # --- seeing ------------------------------------------------------------------------------------
    def sees(self, text: str, state: str = "sent") -> None:
        """The message is there, in this state."""
        expect(self.row(text)).to_have_attribute("data-state", state)

    def rendered(self) -> list[dict[str, Any]]:
        """The messages on screen that the server has, in their order."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll("[data-testid=message][data-id]")].map((row) => ({
              id: row.dataset.id,
              seq: Number(row.dataset.seq),
              content: row.querySelector("[data-testid=content]").innerText,
              edited: row.querySelector("[data-testid=edited]") !== null,
            }))"""
        )

    def shows(self, history: list[dict[str, Any]]) -> None:
        """What is on screen is that history, in its order and its latest state; nothing waits."""
        wanted = [
            {key: message[key] for key in ("id", "seq", "content", "edited")}
            for message in history
            if message["deletedAt"] is None
        ]
        expect(self.page.locator("[data-testid=message]:not([data-id])")).to_have_count(0)
        expect(self.page.locator("[data-testid=message][data-id]")).to_have_count(len(wanted))
        assert self.rendered() == wanted

    def leave(self) -> list[str]:
        """Close; answers what the console and the page's own rules had against this visit."""
        violations = self.page.evaluate("window.seen.violations")
        self.context.close()
        self.cable.close()
        return self.problems + violations
