from django.db import migrations


def add_duty(apps, schema_editor):
    """Administrators exempt a region and period. Django makes permissions only after all migrations, hence here."""
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="claims", model="exemption"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename="change_exemption", defaults={"name": "Can change exemption"}
    )
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="administrator")
    group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_statement_duties")]

    operations = [migrations.RunPython(add_duty, migrations.RunPython.noop)]
