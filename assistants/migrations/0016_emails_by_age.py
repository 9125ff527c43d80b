from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assistants", "0015_breaks_counted")]

    operations = [
        migrations.AddIndex(
            model_name="outgoingemail", index=models.Index(fields=["written_at"], name="emails_by_age")
        ),
    ]
