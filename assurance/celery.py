"""The Celery application: worker, beat and the sender inside the web process."""

import os

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assurance.settings.local")

app = Celery("assurance")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks(["assurance"])
app.autodiscover_tasks(["assurance"], related_name="heartbeats")
