"""How gunicorn serves the portal; docs/operations.md explains the variables."""

import atexit
import os
import shutil
import tempfile
from typing import Any

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 5
# Workers are renewed now and then, not all at once.
max_requests = 10_000
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
control_socket_disable = True

# The processes of gunicorn share their counts for /metrics through files in this folder.
MASTER = os.getpid()
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="metrics-")

    @atexit.register
    def _remove_counts() -> None:
        if os.getpid() == MASTER:
            shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def child_exit(_server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess  # reads the folder when it is imported

    multiprocess.mark_process_dead(worker.pid)
