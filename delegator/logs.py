"""Logs without secrets: the part of an address that opens something is cut."""

import logging
import re

OPENS = re.compile(r"(/(?:h|unsubscribe|sign-up/confirm|password/new)/)[^/\s\"']+(?:/[^/\s\"']+)?")


class CutLinks(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if OPENS.search(message):
            record.msg, record.args = OPENS.sub(r"\1…", message), ()
        return True
