"""Two sets of terms side by side, as both sides read them."""

from __future__ import annotations

from typing import Any

from assistants.models import Terms
from tasks import dates, durations, money


def side_by_side(offered: Terms, proposed: Terms, currency: str) -> list[dict[str, Any]]:
    """Line by line: label, was, now, and whether they differ; the share only where it does."""

    def column(terms: Terms) -> list[str]:
        return [
            money.short(terms.rate, currency),
            durations.hours(terms.weekly_minutes * 60),
            dates.short(terms.starts_on),
            "all" if terms.share == 100 else f"{terms.share} %",
            money.short(money.rounded(terms.weekly_pay, currency), currency),
        ]

    labels = ["An hour", "Hours a week", "Start", "Of the task", "Costs a week"]
    rows = [
        {"label": label, "was": was, "now": now, "differs": was != now}
        for label, was, now in zip(labels, column(offered), column(proposed), strict=True)
    ]
    return [row for row in rows if row["label"] != "Of the task" or row["differs"]]
