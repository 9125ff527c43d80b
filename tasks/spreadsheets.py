"""What a cell of an export may hold, so that no spreadsheet runs it."""

from __future__ import annotations

# What a spreadsheet takes for the start of a formula, some of them also in full width.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet runs: '=1+1 instead of =1+1."""
    return f"'{text}" if text.startswith(FORMULA) else text
