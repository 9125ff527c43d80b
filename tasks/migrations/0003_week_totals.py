"""The totals of the weeks that were logged before totals were kept."""

from collections import defaultdict
from datetime import timedelta

from typing import Any

from django.db import migrations


def add_up(apps: Any, schema_editor: Any) -> None:
    TimeEntry, WeekTotal = apps.get_model("tasks", "TimeEntry"), apps.get_model("tasks", "WeekTotal")
    totals: dict[Any, int] = defaultdict(int)
    for owner, task, day, seconds in TimeEntry.objects.values_list("owner_id", "task_id", "day", "seconds").iterator():
        totals[owner, task, day - timedelta(days=day.weekday())] += seconds
    WeekTotal.objects.bulk_create(
        (
            WeekTotal(owner_id=owner, task_id=task, monday=monday, seconds=seconds)
            for (owner, task, monday), seconds in totals.items()
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("tasks", "0002_timers_and_history")]
    operations = [migrations.RunPython(add_up, migrations.RunPython.noop)]
