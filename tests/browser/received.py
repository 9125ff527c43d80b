"""What somebody finds in the mail that came for them."""

from __future__ import annotations

import re
from email.message import EmailMessage
from html.parser import HTMLParser

from tests import rig


def mail(sink: rig.SmtpSink, to: str, subject: str) -> EmailMessage:
    """Wait for the mail to that address whose subject holds these words."""
    found: list[EmailMessage] = []

    def came() -> bool:
        found[:] = [each for each in sink.messages if to in each["To"] and subject in each["Subject"]]
        return bool(found)

    rig.until(came, f"mail to {to} about “{subject}”")
    assert len(found) == 1
    return found[0]


def links(message: EmailMessage) -> list[str]:
    """The links of the mail, which are the same in its text and in its HTML."""
    in_text = re.findall(r"https?://\S+", text(message))
    in_html = _Hrefs.of(html(message))
    assert set(in_text) == set(in_html)
    return in_text


def link(message: EmailMessage, part: str) -> str:
    """The one link whose path holds that part."""
    (found,) = {each for each in links(message) if re.search(part, each)}
    return found


def text(message: EmailMessage) -> str:
    return _part(message, "plain")


def html(message: EmailMessage) -> str:
    return _part(message, "html")


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


class _Hrefs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @classmethod
    def of(cls, page: str) -> list[str]:
        parser = cls()
        parser.feed(page)
        return [href for href in parser.found if href.startswith("http")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "href" and value]
