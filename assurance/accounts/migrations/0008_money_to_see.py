from django.db import migrations

# Everybody sees platform coupons, and so store coupons; only finance sees where a seller's money goes.
TO_SEE = {
    "coupons.view_storecoupon": ("reviewer", "finance", "risk", "administrator"),
    "sellers.view_withdrawal": ("finance", "administrator"),
}


def add_duties(apps, schema_editor):
    """Django makes permissions only after all migrations, hence here."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    for name, roles in TO_SEE.items():
        app, codename = name.split(".")
        verb, model = codename.split("_")
        kind, _ = ContentType.objects.get_or_create(app_label=app, model=model)
        permission, _ = Permission.objects.get_or_create(
            content_type=kind, codename=codename, defaults={"name": f"Can {verb} {model}"}
        )
        for role in roles:
            Group.objects.get_or_create(name=role)[0].permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_campaign_duties")]

    operations = [migrations.RunPython(add_duties, migrations.RunPython.noop)]
