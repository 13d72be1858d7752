from django.db import migrations

EVERYBODY = [
    "claims.view_claim",
    "coupons.view_coupon",
    "coupons.view_recovery",
    "kernel.view_policyversion",
    "logistics.view_line",
    "orders.view_order",
    "sellers.view_seller",
]
REVIEWER = ["claims.add_exemption", "claims.change_claim", "claims.view_exemption"]
FINANCE = [
    "ledger.view_account",
    "ledger.view_transfer",
    "orders.change_refund",
    "orders.view_bankline",
    "orders.view_refund",
    "sellers.view_debt",
]
RISK = ["sellers.change_seller", "sellers.view_company", "sellers.view_debt"]
ADMINISTRATOR = [
    *REVIEWER,
    *FINANCE,
    *RISK,
    "accounts.change_user",
    "accounts.view_user",
    "kernel.add_policyversion",
    "logistics.add_line",
    "logistics.change_freighttemplate",
    "logistics.change_line",
    "logistics.view_freighttemplate",
]
ROLES = {"reviewer": REVIEWER, "finance": FINANCE, "risk": RISK, "administrator": ADMINISTRATOR}


def make_roles(apps, schema_editor):
    """Django makes permissions only after all migrations; the ones needed here are made under the same names."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    for role, names in ROLES.items():
        permissions = []
        for name in {*EVERYBODY, *names}:
            app, codename = name.split(".")
            verb, model = codename.split("_")
            kind, _ = ContentType.objects.get_or_create(app_label=app, model=model)
            permission, _ = Permission.objects.get_or_create(
                content_type=kind, codename=codename, defaults={"name": f"Can {verb} {model}"}
            )
            permissions.append(permission)
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(permissions)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_language_and_tokens"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
