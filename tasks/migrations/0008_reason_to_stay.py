from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# It ends the sentence "It must stay with you: …"
UNTOLD = "you said so"


def give_a_reason(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Two tabs together could leave a task that must stay without one."""
    apps.get_model("tasks", "Task").objects.filter(only_me=True, only_me_reason="").update(only_me_reason=UNTOLD)


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0007_plan_limits"),
    ]

    operations = [
        migrations.RunPython(give_a_reason, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("only_me", False), models.Q(("only_me_reason", ""), _negated=True), _connector="OR"
                ),
                name="only_me_for_a_reason",
            ),
        ),
    ]
