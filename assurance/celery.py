"""The Celery application: worker, beat and the sender inside the web process."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assurance.settings.local")

app = Celery("assurance")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["assurance"], related_name="tasks")
