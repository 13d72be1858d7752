"""A machine of one's own: embedded PostgreSQL and Valkey where no address is given."""

from .base import *  # noqa: F403

DEBUG = True
SECRET_KEY = "local-only"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]
