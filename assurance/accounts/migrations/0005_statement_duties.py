from django.db import migrations

# Finance uploads statements, assigns their lines, and sends back what does not count.
FINANCE = [
    "orders.add_bankstatement",
    "orders.change_bankline",
    "orders.change_return",
    "orders.view_bankstatement",
    "orders.view_return",
]


def add_duties(apps, schema_editor):
    """Beside the duties that the roles have. Django makes permissions only after all migrations, hence here."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    permissions = []
    for name in FINANCE:
        app, codename = name.split(".")
        verb, model = codename.split("_")
        kind, _ = ContentType.objects.get_or_create(app_label=app, model=model)
        permission, _ = Permission.objects.get_or_create(
            content_type=kind, codename=codename, defaults={"name": f"Can {verb} {model}"}
        )
        permissions.append(permission)
    for role in ("finance", "administrator"):
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.add(*permissions)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_people_by_name")]

    operations = [migrations.RunPython(add_duties, migrations.RunPython.noop)]
