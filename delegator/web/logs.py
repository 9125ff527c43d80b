"""
Logs without secrets: what opens something, and whose address it is, is cut; nothing forges a line.

It is cut where a record is made, so that it reaches no log at all: neither ours, nor those of
the server that runs us, which have handlers of their own (its access log, and its word on a
request that broke), nor a traceback.

On a server each line is one JSON object that names the request and the owner it is about.
"""

import json
import logging
import logging.config
import re
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# What is answered just now, and who asked: a name for the log and for the page of a mistake, and the owner's row.
REQUEST: ContextVar[str] = ContextVar("request", default="")
OWNER: ContextVar[int | None] = ContextVar("owner", default=None)

# The whole of what follows, up to a slash, and once more; a slash may be written as %2F, and that once more as %252F.
_SLASH, _PART = r"(?:/|%(?:25)*2[Ff])", r"(?:(?!%(?:25)*2[Ff])[^/\s\"'<>])+"
OPENS = re.compile(
    rf"({_SLASH}(?:h|unsubscribe|sign-up(?:{_SLASH})confirm|account(?:{_SLASH})address(?:{_SLASH})confirm|password(?:{_SLASH})new){_SLASH}){_PART}(?:{_SLASH}{_PART})?"
)
# A token by itself, such as in the text of an exception.
TOKEN = re.compile(r"(?<![\w-])[\w-]{22}(?:\.|%2[Ee])(?:\d{10}(?:\.|%2[Ee]))?[\w-]{27}(?![\w-])", re.ASCII)


# An address of somebody. It starts where a word does, so that a long text without one is read once.
ADDRESS = re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
# What would begin another line, or move the cursor of who reads it.
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def cut(text: str) -> str:
    return ADDRESS.sub("…@…", TOKEN.sub("…", OPENS.sub(r"\1…", text)))


def in_one_line(text: str) -> str:
    """With what is no sign written as Python would, such as \\n."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text.strip("\n"))


class Lines(logging.Formatter):
    """One JSON object a line, in ASCII: when, how grave, who says it, about which request and owner, and what."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "request": REQUEST.get() or None,
            "owner": OWNER.get(),
            "event": record.getMessage(),
            "error": record.exc_text,
        }
        return json.dumps({name: value for name, value in said.items() if value is not None})


def set_up(config: dict[str, Any]) -> None:
    """Configure logging, with every record of this process cut; Django calls it, by LOGGING_CONFIG."""
    before = logging.getLogRecordFactory()
    if getattr(before, "cuts_links", False) is False:
        logging.setLogRecordFactory(_cutting(before))
    logging.config.dictConfig(config)
    for ours in logging.root.handlers:
        if isinstance(ours.formatter, Lines):
            _write_alike(ours.formatter)


def _write_alike(lines: Lines) -> None:
    """The server that runs us keeps its own places for its words, and writes them as we do."""
    for name in ("gunicorn.error", "gunicorn.access"):
        for handler in logging.getLogger(name).handlers:
            handler.setFormatter(lines)


def _cutting(make: Callable[..., logging.LogRecord]) -> Callable[..., logging.LogRecord]:
    def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        made = make(*args, **kwargs)
        try:
            message = made.getMessage()
        except Exception:  # whoever wrote it hears of it when it is handled
            return made
        if (safe := in_one_line(cut(message))) != message:
            made.msg, made.args = safe, ()
        if made.exc_info and made.exc_info[0]:
            # What formatters write if it is there already; they would make it from the exception. Set in, so that
            # no line of it passes for another record.
            lines = cut("".join(traceback.format_exception(*made.exc_info)).rstrip("\n")).split("\n")
            made.exc_text = "\n".join(f"  {in_one_line(line)}" for line in lines)
        return made

    record.cuts_links = True  # type: ignore[attr-defined]  # set up once, however often it is asked for
    return record
