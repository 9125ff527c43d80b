"""Until now what an event said of hours was a sentence, in which the days were written as nobody chose."""

import re
from datetime import datetime
from typing import Any

from django.db import migrations, models

# 27 October 2026, 2:00, “October receipts”
LINE = r"(?P<{0}day>\d{{1,2}} [A-Z][a-z]+ \d{{4}}), (?P<{0}time>\d+:\d\d)(?:, “(?P<{0}note>[^\n]*?)”)?"
WAS, BECAME = LINE.format("was_"), LINE.format("became_")
CORRECTED = re.compile(
    rf"{WAS}\.(?: “(?P<answer>.*)”)? (?:Now: {BECAME}\.|(?P<other>It was removed\.|It stays as it was\.))", re.DOTALL
)
QUERIED = re.compile(rf"{WAS}(?:: (?P<text>.*))?", re.DOTALL)
SUMMED = re.compile(
    rf"(?:(?P<lines>\d+) lines, (?P<time>\d+:\d\d)(?:, \D*(?P<amount>\d[\d,]*(?:\.\d+)?))?|{WAS})"
    r"(?:, on (?P<paid_on>\d{1,2} [A-Z][a-z]+ \d{4}))?(?: The OK was taken back\.|: not paid after all)?"
)


def read(apps: Any, schema_editor: Any) -> None:
    """What cannot be read stays a sentence."""
    events = apps.get_model("assistants", "HandoffEvent").objects
    readers = {"corrected": corrected, "queried": queried} | dict.fromkeys(
        ("approved", "unapproved", "paid", "unpaid"), summed
    )
    for event in events.filter(kind__in=readers).iterator():
        try:
            note, facts = readers[event.kind](event.note)
        except ValueError:
            continue
        events.filter(pk=event.pk).update(note=note, facts=facts)


def corrected(note: str) -> tuple[str, dict[str, Any]]:
    found = match(CORRECTED, note)
    was = line(found, "was_")
    became = line(found, "became_") if found["became_day"] else None if "removed" in found["other"] else was
    return found["answer"] or "", {"was": was, "became": became}


def queried(note: str) -> tuple[str, dict[str, Any]]:
    found = match(QUERIED, note)
    return found["text"] or "", {"line": line(found, "was_")}


def summed(note: str) -> tuple[str, dict[str, Any]]:
    found = match(SUMMED, note)
    facts = {
        "lines": int(found["lines"] or 1),
        "seconds": seconds(found["time"] or found["was_time"]),
        "amount": (found["amount"] or "").replace(",", ""),
        "day": found["was_day"] and day(found["was_day"]),
    }
    return "", facts | ({"paid_on": day(found["paid_on"])} if found["paid_on"] else {})


def line(found: re.Match[str], name: str) -> dict[str, Any]:
    return {
        "day": day(found[f"{name}day"]),
        "seconds": seconds(found[f"{name}time"]),
        "note": found[f"{name}note"] or "",
    }


def match(pattern: re.Pattern[str], note: str) -> re.Match[str]:
    found = pattern.fullmatch(note)
    if found is None:
        raise ValueError(note)
    return found


def day(text: str) -> str:
    return datetime.strptime(f"{text} +0000", "%d %B %Y %z").date().isoformat()


def seconds(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


class Migration(migrations.Migration):
    dependencies = [
        ("assistants", "0016_emails_by_age"),
    ]

    operations = [
        migrations.AddField(model_name="handoffevent", name="facts", field=models.JSONField(default=dict)),
        migrations.RunPython(read, migrations.RunPython.noop, elidable=True),
    ]
