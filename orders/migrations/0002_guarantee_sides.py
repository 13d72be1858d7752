import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0001_initial"),
        ("sellers", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "guarantee",
            "buyer",
            models.ForeignKey(
                db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name="+", to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            "guarantee",
            "seller",
            models.ForeignKey(
                db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name="+", to="sellers.seller",
            ),
        ),
        migrations.RunSQL(
            """UPDATE orders_guarantee g SET buyer_id = o.buyer_id, seller_id = o.seller_id
               FROM orders_order o WHERE o.id = g.order_id;
               ALTER TABLE orders_guarantee SET (fillfactor = 70)""",
            "ALTER TABLE orders_guarantee RESET (fillfactor)",
        ),
        migrations.AlterField(
            "guarantee",
            "buyer",
            models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT,
                related_name="+", to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "guarantee",
            "seller",
            models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT,
                related_name="+", to="sellers.seller",
            ),
        ),
    ]
