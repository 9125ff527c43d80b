"""
Logs without secrets: the part of an address that opens something is cut.

It is cut where a record is made, so that it reaches no log at all: neither ours, nor those of
the server that runs us, which have handlers of their own (its access log, and its word on a
request that broke), nor a traceback.
"""

import logging
import logging.config
import re
import traceback
from collections.abc import Callable
from typing import Any

# The whole of what follows, up to a slash, and once more; a slash may be written as %2F.
_SLASH, _PART = r"(?:/|%2[Ff])", r"(?:(?!%2[Ff])[^/\s\"'<>])+"
OPENS = re.compile(
    rf"({_SLASH}(?:h|unsubscribe|sign-up(?:{_SLASH})confirm|password(?:{_SLASH})new){_SLASH}){_PART}(?:{_SLASH}{_PART})?"
)
# A token by itself, such as in the text of an exception.
TOKEN = re.compile(r"(?<![\w-])[\w-]{22}(?:\.|%2[Ee])(?:\d{10}(?:\.|%2[Ee]))?[\w-]{27}(?![\w-])", re.ASCII)


def cut(text: str) -> str:
    return TOKEN.sub("…", OPENS.sub(r"\1…", text))


def set_up(config: dict[str, Any]) -> None:
    """Configure logging, with every record of this process cut; Django calls it, by LOGGING_CONFIG."""
    before = logging.getLogRecordFactory()
    if getattr(before, "cuts_links", False) is False:
        logging.setLogRecordFactory(_cutting(before))
    logging.config.dictConfig(config)


def _cutting(make: Callable[..., logging.LogRecord]) -> Callable[..., logging.LogRecord]:
    def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        made = make(*args, **kwargs)
        try:
            message = made.getMessage()
        except Exception:  # whoever wrote it hears of it when it is handled
            return made
        if (safe := cut(message)) != message:
            made.msg, made.args = safe, ()
        if made.exc_info and made.exc_info[0]:
            # What formatters write if it is there already; they would make it from the exception.
            made.exc_text = cut("".join(traceback.format_exception(*made.exc_info)).rstrip("\n"))
        return made

    record.cuts_links = True  # type: ignore[attr-defined]  # set up once, however often it is asked for
    return record
