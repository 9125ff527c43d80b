"""A browser in a few words, so that owners know their own when they see where they are signed in."""

from __future__ import annotations

# By what stands in the User-Agent, the first that fits: most of them name others beside themselves.
BROWSERS = (
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("samsungbrowser", "Samsung Internet"),
    ("vivaldi", "Vivaldi"),
    ("firefox", "Firefox"),
    ("fxios", "Firefox"),
    ("crios", "Chrome"),
    ("chrome", "Chrome"),
    ("safari", "Safari"),
)
SYSTEMS = (
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("android", "Android"),
    ("windows", "Windows"),
    ("cros ", "ChromeOS"),
    ("macintosh", "Mac"),
    ("linux", "Linux"),
)
# More than any browser sends.
LONGEST = 500


def in_words(user_agent: str) -> str:
    """Such as Firefox on Windows, as it says itself; '' if it says nothing known. Nothing else of it is kept."""
    said = user_agent[:LONGEST].lower()
    browser, system = _first(BROWSERS, said), _first(SYSTEMS, said)
    if browser and system:
        return f"{browser} on {system}"
    return browser or (f"A browser on {system}" if system else "")


def _first(names: tuple[tuple[str, str], ...], said: str) -> str:
    return next((name for sign, name in names if sign in said), "")
