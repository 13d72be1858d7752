from django.db import migrations

# Finance keeps the exchange rates.
RATES = ("kernel.view_exchangerate", "kernel.add_exchangerate")


def add_duties(apps, schema_editor):
    """Django makes permissions only after all migrations, hence here."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    for name in RATES:
        app, codename = name.split(".")
        verb, model = codename.split("_")
        kind, _ = ContentType.objects.get_or_create(app_label=app, model=model)
        permission, _ = Permission.objects.get_or_create(
            content_type=kind, codename=codename, defaults={"name": f"Can {verb} {model}"}
        )
        for role in ("finance", "administrator"):
            Group.objects.get_or_create(name=role)[0].permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_taken_back_duties")]

    operations = [migrations.RunPython(add_duties, migrations.RunPython.noop)]
