"""Until now what was agreed had its minutes given worked out anew; from now on they stay those of the share drafted."""

from django.db import migrations, models


def as_drafted(apps, schema_editor) -> None:  # type: ignore[no-untyped-def]
    offers = apps.get_model("assistants", "Offer").objects.filter(state="accepted").select_related("handoff", "terms")
    for offer in offers.exclude(terms__share=models.F("handoff__share")):
        handoff, share = offer.handoff, offer.terms.share
        handoff.minutes_given = (2 * handoff.minutes_given * handoff.share + share) // (2 * share)
        handoff.save(update_fields=["minutes_given"])


class Migration(migrations.Migration):
    dependencies = [("assistants", "0010_answers_to_queries")]

    operations = [
        migrations.AlterField(
            model_name="handoffevent",
            name="kind",
            field=models.CharField(
                max_length=13,
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
                    ("queried", "Queried"),
                    ("paid", "Paid"),
                    ("notice", "Notice"),
                    ("done", "Done"),
                    ("reopened", "Reopened"),
                    ("ended", "Ended"),
                    ("refused", "Refused"),
                ],
            ),
        ),
        migrations.RunPython(as_drafted, migrations.RunPython.noop, elidable=True),
    ]
