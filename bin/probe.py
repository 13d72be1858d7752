"""Ask this machine's own web process: `python bin/probe.py healthz`. Ends with 0 when the answer is 200."""

import os
import sys
import urllib.error
import urllib.request

SECONDS = 4


def main(path: str) -> int:
    port = os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")[2]
    # The portal answers only to its own names.
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{path}", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            print(answer.read().decode())
    except urllib.error.HTTPError as error:
        print(error.read().decode(), file=sys.stderr)
        return 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
