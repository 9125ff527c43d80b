"""The eyes of the walk see what is wrong: a walk that finds nothing has looked."""

from __future__ import annotations

from playwright.sync_api import Browser, Route

from tests.browser.eyes import Visit

HOME = "http://127.0.0.1:9"
POOR = """<!doctype html><html lang="en"><title>Poor</title><main><h1>Poor</h1>
<img src="data:,"><p style="color: #ccc">Pale</p><details><summary>More</summary><input></details>
<img alt="" src="http://elsewhere.internal/spy.png"><script>alert(1)</script>
<pre class="wide">{}</pre></main></html>""".format("wide " * 400)


def test_the_eyes_see_what_is_wrong_with_a_page(browser: Browser) -> None:
    def answer(route: Route) -> None:
        policy = {"Content-Security-Policy": "default-src 'none'; img-src *; style-src 'unsafe-inline'"}
        route.fulfill(body=POOR, content_type="text/html", headers=policy)

    visit = Visit(browser, HOME)
    visit.context.route("**/*", answer)
    visit.page.goto("/")
    visit.look()
    visit.close()
    seen = "\n".join(visit.wrong)
    assert "image-alt" in seen
    for size in ("1280 px", "390 px"):
        assert f"{size}, light: color-contrast" in seen
        assert f"{size}, dark: color-contrast" in seen
    assert "unfolded: label: <input>" in seen
    assert "scrolls sideways" in seen
    assert "another host: http://elsewhere.internal/spy.png" in seen
    assert "console: " in seen
    assert "Content Security Policy" in seen


def test_a_page_read_without_scripts_is_looked_at_all_the_same(browser: Browser) -> None:
    visit = Visit(browser, HOME, script=False)
    for context in visit.contexts:
        context.route("**/*", lambda route: route.fulfill(body=POOR, content_type="text/html"))
    visit.page.goto("/")
    visit.look()
    visit.close()
    assert "image-alt" in "\n".join(visit.wrong)
