"""`make lock`: write requirements*.txt anew from requirements*.in, for every platform, with hashes.

What a machine is set up to use (an index, a mirror, a folder of wheels) never gets into the files.
"""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).with_name("uv")
OPTIONS = [
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--fork-strategy=fewest",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--upgrade",
]


def main() -> int:
    # In this order: the later ones are held to the versions of the first.
    for name in ("requirements", "requirements-embedded", "requirements-dev"):
        print(f"{name}.txt ...", flush=True)
        command = [str(UV), "pip", "compile", *OPTIONS, f"{name}.in", "-o", f"{name}.txt"]
        environment = {**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "make lock"}
        if code := subprocess.run(command, cwd=PROJECT, env=environment).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
