"""What is seen of each page of a visit: axe-core's findings, sideways scrolling, errors, foreign hosts."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, ViewportSize

from tests import rig
from tests.browser.home import HOME

AXE = (Path(__file__).parent.parent / "vendor/axe-core-4.14.1/axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What can be another by night.
COLORS = ["color-contrast", "link-in-text-block"]
FINDINGS = """only => axe.run(document, {runOnly: only, resultTypes: ["violations"]})
  .then(found => found.violations.flatMap(rule =>
    rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 200)}`)))"""
# What is folded away is not seen by axe; what was open before stays so.
UNFOLD = """() => {
  const folded = [...document.querySelectorAll("details:not([open])")].filter(each => each.checkVisibility());
  for (const each of folded) { each.open = true; each.dataset.unfolded = ""; }
  return folded.length; }"""
FOLD = """() => { for (const each of document.querySelectorAll("[data-unfolded]")) {
  each.open = false; delete each.dataset.unfolded; } }"""
# A page's own scripts come when it is first touched: here that is at once, and the page is there when they are.
TOUCH = """addEventListener("DOMContentLoaded", () => document.dispatchEvent(new PointerEvent("pointermove")))"""
# A headless shell moves a mouse that nobody has to the corner of each new page.
NO_MOUSE = """addEventListener("pointermove", event => event.stopImmediatePropagation(), {capture: true})"""
# Long enough for a machine that is busy with other things; what answers sooner ends the wait.
PATIENCE = 30_000
# Seconds; the app waits for two.
READING = 2.1
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


class Visit:
    """
    A browser of somebody's own, without cookies, that notes whatever goes wrong in it.

    With `touched` false a page's own scripts wait, as they do for anybody, until something is done there.
    """

    def __init__(
        self,
        browser: Browser,
        home: str,
        *,
        script: bool = True,
        touched: bool = True,
        size: ViewportSize = DESK,
    ) -> None:
        self.host = urlsplit(home).netloc
        self.size = size
        self.touched = touched
        self.wrong: list[str] = []
        self.borne: list[str] = []
        self._bears: list[str] = []
        self.context = self._context(browser, home, script=script)
        self._watch(self.context)
        self.page = self.context.new_page()
        # axe is a script: a page that is read without scripts is looked at by a second browser that runs them.
        self.contexts = [self.context] if script else [self.context, self._context(browser, home, script=True)]
        self._eye: Page = self.page if script else self.contexts[1].new_page()

    def _context(self, browser: Browser, home: str, *, script: bool) -> BrowserContext:
        context = browser.new_context(
            base_url=home,
            viewport=self.size,
            java_script_enabled=script,
            locale="en-US",
            timezone_id=HOME.key,
            reduced_motion="reduce",
        )
        context.add_init_script(TOUCH if self.touched else NO_MOUSE)
        return context

    def _watch(self, context: BrowserContext) -> None:
        context.set_default_timeout(PATIENCE)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.wrong.append(f"script: {error.error}"))
        context.on("request", self._follow)
        context.on("response", self._check)

    def bear(self, *patterns: str) -> None:
        """From now on what matches is no fault of the page, such as a server that is taken away; see `borne`."""
        self._bears += patterns

    def _note(self, what: str) -> None:
        (self.borne if any(re.search(each, what) for each in self._bears) else self.wrong).append(what)

    def _hear(self, message: ConsoleMessage) -> None:
        # A breach of the content security policy is one of these, too; what a form refuses is none.
        if message.type in ("error", "warning") and "status of 422" not in message.text:
            self._note(f"console: {message.text}")

    def _follow(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self.host:
            self.wrong.append(f"another host: {request.url}")

    def _check(self, response: Response) -> None:
        if response.status >= 400 and response.status != 422:
            self._note(f"{response.status}: {response.request.method} {response.url}")

    def read(self, seconds: float = READING) -> None:
        """As long as a person takes at least: what comes back sooner is taken for a machine's."""
        began = time.monotonic()
        rig.until(lambda: time.monotonic() > began + seconds, "reader")

    def look(self) -> None:
        """Look at the page as it stands, on a wide screen and on a phone, by day and by night, folded and not."""
        eye = self._eye
        if eye is not self.page:
            eye.goto(self.page.url)
        # A click waits for the next page to begin, and what has come of it until then is no page.
        eye.wait_for_load_state()
        eye.evaluate(AXE)
        for size in (DESK, PHONE):
            eye.set_viewport_size(size)
            for scheme in SCHEMES:
                eye.emulate_media(color_scheme=scheme)
                self._examine(f"{size['width']} px, {scheme}", COLORS if scheme == "dark" else TAGS)
            if eye.evaluate(UNFOLD):
                self._examine(f"{size['width']} px, unfolded", TAGS)
                eye.evaluate(FOLD)
        eye.set_viewport_size(self.size)
        eye.emulate_media(color_scheme="light")

    def _examine(self, how: str, rules: list[str]) -> None:
        findings = self._eye.evaluate(FINDINGS, rules)
        if self._eye.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            findings.append("scrolls sideways")
        path = urlsplit(self._eye.url).path
        self.wrong += [f"{path} at {how}: {finding}" for finding in findings]

    def close(self) -> None:
        for context in self.contexts:
            context.close()
