from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assistants", "0006_handoff_share")]

    operations = [
        migrations.AddField(
            model_name="assistant",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="LinkRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(help_text="In small letters.", max_length=254, unique=True)),
                ("since", models.DateTimeField()),
                ("times", models.PositiveSmallIntegerField(default=0)),
                ("asked_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("asked_at__isnull", False)), fields=["asked_at"], name="links_asked_for"
                    )
                ],
            },
        ),
    ]
