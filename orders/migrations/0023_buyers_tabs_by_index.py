from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Without a lock on the orders: the old index goes once the new one is there."""

    atomic = False

    dependencies = [
        ('orders', '0022_credits_taken_back'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='order',
            index=models.Index(condition=models.Q(('buyer_deleted_at', None)), fields=['buyer', '-id'], include=('state', 'full_met_at'), name='order_of_buyer_newest'),
        ),
        RemoveIndexConcurrently(
            model_name='order',
            name='order_of_buyer',
        ),
    ]
