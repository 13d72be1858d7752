from datetime import UTC, datetime

from django.db import migrations


def first_policy(apps, schema_editor):
    """The figures that hold from the beginning (POL-1); left empty, they are the defaults of `Policy`."""
    apps.get_model("kernel", "PolicyVersion").objects.create(
        starts_at=datetime(2000, 1, 1, tzinfo=UTC), figures={}, note="The figures of the rulebook"
    )


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]

    operations = [migrations.RunPython(first_policy, migrations.RunPython.noop)]
