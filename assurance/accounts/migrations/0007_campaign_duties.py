from django.db import migrations

ROLES = ("reviewer", "finance", "risk", "administrator")
DUTIES = {"view_campaign": ROLES, "add_campaign": ROLES[3:], "change_campaign": ROLES[3:]}


def add_duties(apps, schema_editor):
    """Everybody sees the campaigns, administrators keep them. Django makes permissions only after all

    migrations, hence here.
    """
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="sellers", model="campaign"
    )
    for codename, names in DUTIES.items():
        permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=kind,
            codename=codename,
            defaults={"name": f"Can {codename.replace('_', ' ')}"},
        )
        for name in names:
            group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_region_duty")]

    operations = [migrations.RunPython(add_duties, migrations.RunPython.noop)]
