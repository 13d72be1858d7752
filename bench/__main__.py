"""`python -m bench [NAME …]`: run benches by name (b1, b2 …), all by default; exit 1 if one misses its goal."""

import importlib
import os
import pkgutil
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")


def main(names: list[str]) -> int:
    known = sorted(
        m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if m.name[1:2].isdigit()
    )
    chosen = [name for name in known if not names or name.split("_")[0] in names]
    if not chosen:
        print(f"no such bench; there are {', '.join(known)}")
        return 2
    import django

    django.setup()
    missed = [name for name in chosen if not importlib.import_module(f"bench.{name}").main()]
    print(
        f"{len(chosen) - len(missed)} reached their goals, {len(missed)} missed: {', '.join(missed) or 'none'}"
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main([name.lower() for name in sys.argv[1:]]))
