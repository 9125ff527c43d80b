"""Until now an OK taken back was written down as an OK, and what was not paid after all as a payment."""

from django.db import migrations, models


def rename(apps, schema_editor) -> None:  # type: ignore[no-untyped-def]
    events = apps.get_model("assistants", "HandoffEvent").objects
    events.filter(kind="approved", note__endswith=" The OK was taken back.").update(kind="unapproved")
    events.filter(kind="paid", note__endswith=": not paid after all").update(kind="unpaid")


class Migration(migrations.Migration):
    dependencies = [
        ("assistants", "0012_mail_that_is_sure"),
    ]

    operations = [
        migrations.AlterField(
            model_name="handoffevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("sent", "Sent"),
                    ("undone", "Undone"),
                    ("delivered", "Delivered"),
                    ("undeliverable", "Undeliverable"),
                    ("reminded", "Reminded"),
                    ("readdressed", "Readdressed"),
                    ("asked", "Asked"),
                    ("answered", "Answered"),
                    ("countered", "Countered"),
                    ("uncountered", "Uncountered"),
                    ("agreed", "Agreed"),
                    ("insisted", "Insisted"),
                    ("edited", "Edited"),
                    ("accepted", "Accepted"),
                    ("taken back", "Taken Back"),
                    ("declined", "Declined"),
                    ("expired", "Expired"),
                    ("superseded", "Superseded"),
                    ("still free", "Still Free"),
                    ("closed", "Closed"),
                    ("withdrawn", "Withdrawn"),
                    ("lapsed", "Lapsed"),
                    ("started", "Started"),
                    ("staged", "Staged"),
                    ("noted", "Noted"),
                    ("logged", "Logged"),
                    ("corrected", "Corrected"),
                    ("approved", "Approved"),
                    ("unapproved", "Unapproved"),
                    ("queried", "Queried"),
                    ("paid", "Paid"),
                    ("unpaid", "Unpaid"),
                    ("notice", "Notice"),
                    ("done", "Done"),
                    ("reopened", "Reopened"),
                    ("ended", "Ended"),
                    ("refused", "Refused"),
                ],
                max_length=13,
            ),
        ),
        migrations.RunPython(rename, migrations.RunPython.noop, elidable=True),
    ]
