"""`make test`: finds or installs a Chromium, then runs pytest on every core. Arguments go to pytest."""

import os
import sys

import pytest

from assurance import embedded
from tests import chromium

MOST_PROCESSES = 8  # each has its own database


def main(arguments: list[str]) -> int:
    try:
        os.environ["CHROMIUM"] = chromium.ensure()
    except chromium.NoChromium as error:
        print(error, file=sys.stderr)
        return 1
    processes = min(os.cpu_count() or 2, MOST_PROCESSES)
    try:
        # In the order given: tests that empty every table come last, after those that live on what migrations put
        # there. A scheduler that steals work would mix them.
        return int(pytest.main(["-n", str(processes), "--dist", "load", *arguments]))
    finally:
        embedded.leave("test")  # waits, so that nothing runs any more when we say that we are done


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
