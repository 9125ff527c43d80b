"""Reading a request's JSON: one object, in UTF-8, with nothing in it that a database would choke on."""

from __future__ import annotations

import json
import re
from typing import Any

from django.http import HttpRequest

# Written as an escape; behind a backslash that is itself escaped these are six plain signs.
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class NotJson(ValueError):
    """The body is no such object; its text says why, `status` is the answer's."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


def read(request: HttpRequest) -> dict[str, Any]:
    """The object in the body; NotJson for anything else, also for double names, NaN and half characters."""
    if request.content_type != "application/json":
        raise NotJson("Send application/json.", 415)
    if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise NotJson("Send UTF-8.", 415)
    try:
        text = request.body.decode()
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
        # A lone half of a character passes json, and no database takes it; nor does one take NUL.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise NotJson("This is no JSON that can be read.") from None
    if not isinstance(found, dict) or NUL.search(text):
        raise NotJson("Send one JSON object.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
