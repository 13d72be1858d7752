"""For tools that read the code without running it: every app is installed, and no server is started."""

from .base import *  # noqa: F403
from .base import INSTALLED_APPS

SECRET_KEY = "tools-only"  # noqa: S105
INSTALLED_APPS = [*INSTALLED_APPS, "assurance.demo"]
CELERY_BROKER_URL = "memory://"
