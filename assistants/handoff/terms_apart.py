"""Two sets of terms side by side, as both sides read them."""

from __future__ import annotations

from typing import Any

from assistants.models import Terms
from tasks import dates, durations, money

# Percent.
WHOLE = 100


def side_by_side(
    offered: Terms, proposed: Terms, currency: str, *, pay: str = "Costs a week"
) -> list[dict[str, Any]]:
    """Line by line: label, was, now, and whether they differ; the share only where it does. `pay` labels the last."""

    def column(terms: Terms) -> list[str]:
        return [
            money.short(terms.rate, currency),
            durations.hours(terms.weekly_minutes * 60),
            dates.short(terms.starts_on),
            "all" if terms.share == WHOLE else f"{terms.share} %",
            money.short(money.rounded(terms.weekly_pay, currency), currency),
        ]

    labels = ["An hour", "Hours a week", "Start", "Of the task", pay]
    rows = [
        {"label": label, "was": was, "now": now, "differs": was != now}
        for label, was, now in zip(labels, column(offered), column(proposed), strict=True)
    ]
    return [row for row in rows if row["label"] != "Of the task" or row["differs"]]


def in_a_clause(offered: Terms, proposed: Terms, currency: str) -> str:
    """What is to be different, and nothing else: it for $22 an hour, from 2 November"""
    given = f"{proposed.share} % of it" if proposed.share < WHOLE else "all of it"
    hours = durations.hours(proposed.weekly_minutes * 60)
    changes = [
        (proposed.rate != offered.rate, f"for {money.short(proposed.rate, currency)} an hour"),
        (proposed.weekly_minutes != offered.weekly_minutes, f"in {hours} a week"),
        (proposed.starts_on != offered.starts_on, f"from {dates.long(proposed.starts_on)}"),
    ]
    different = ", ".join(words for differs, words in changes if differs)
    return f"{given if proposed.share != offered.share else 'it'} {different}".rstrip()
