from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assistants", "0017_facts_of_hours"),
        ("tasks", "0010_time_file"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="offer",
            name="offers_run_out",
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(fields=["state"], name="handoffs_by_state"),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["state", "reply_by"], name="offers_by_state"),
        ),
    ]
