from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_guarantee_sides")]

    operations = [
        migrations.AddField(
            "guarantee", "number", models.CharField(default="", max_length=17), preserve_default=False
        ),
        migrations.RunSQL(
            "UPDATE orders_guarantee g SET number = o.number FROM orders_order o WHERE o.id = g.order_id",
            migrations.RunSQL.noop,
        ),
    ]
