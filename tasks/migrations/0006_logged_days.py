from collections import defaultdict
from datetime import timedelta

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def look_up(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Of the weeks that were logged before."""
    entries, totals = (apps.get_model("tasks", name).objects for name in ("TimeEntry", "WeekTotal"))
    days: dict[object, int] = defaultdict(int)
    for task, day in entries.values_list("task_id", "day").distinct().iterator():
        days[task, day - timedelta(days=day.weekday())] |= 1 << day.weekday()
    known = []
    for total in totals.iterator():
        total.days = days[total.task_id, total.monday]
        known.append(total)
    totals.bulk_update(known, ["days"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("tasks", "0005_formats_and_days_off_once")]

    operations = [
        migrations.AddField(
            model_name="weektotal",
            name="days",
            field=models.PositiveSmallIntegerField(default=0, help_text="As bits: 1 is Monday, 64 is Sunday."),
        ),
        migrations.RunPython(look_up, migrations.RunPython.noop),
    ]
