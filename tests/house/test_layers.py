"""The layers of docs/architecture.md: what import-linter cannot say, and that it says what we think."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
APPS = ("sellers", "logistics", "coupons", "orders", "claims")
RULES = sorted(
    path for app in APPS for pattern in ("rules.py", "rules/*.py") for path in (PROJECT / app).glob(pattern)
)

# All that a pure decision needs; anything else is a decision of its own, to be made here.
ALLOWED = {
    "__future__",
    "collections.abc",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "itertools",
    "math",
    "typing",
    "zoneinfo",
    "django.utils.translation",
    "moneyed",
    "assurance.kernel.days",
    "assurance.kernel.money",
    "assurance.kernel.policy",
    "assurance.kernel.rules",
    "assurance.kernel.units",
}
CLOCKS = {"now", "today", "utcnow"}


@pytest.mark.parametrize("path", RULES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_rules_import_nothing_that_reads_the_world(path: Path) -> None:
    rules = tuple(f"{app}.rules" for app in APPS)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        strange = [name for name in names if name not in ALLOWED and not name.startswith(rules)]
        assert not strange, f"{path.name}:{node.lineno} imports {strange}"


@pytest.mark.parametrize("path", RULES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_rules_are_told_the_time(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in CLOCKS, f"{path.name}:{node.lineno} reads a clock"


@pytest.fixture(scope="module")
def copy_of_the_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("code")
    shutil.copy(PROJECT / "pyproject.toml", folder)
    for name in ("assurance", *APPS):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("sellers/services/__init__.py", "import orders.models", "The apps in one line"),
        ("assurance/kernel/money.py", "import sellers.queries", "The apps in one line"),
        ("coupons/models.py", "import coupons.services", "Inside an app"),
        ("assurance/ledger/models.py", "import assurance.ledger.services", "Inside kernel"),
        ("claims/rules.py", "import assurance.kernel.clock", "Rules are pure"),
        ("orders/helpers.py", "", "Inside an app"),
    ],
)
def test_a_forbidden_import_breaks_the_build(
    copy_of_the_code: Path, module: str, line: str, broken: str
) -> None:
    path = copy_of_the_code / module
    before = path.read_text() if path.exists() else None
    path.write_text(f"{before or ''}\n{line}\n")
    try:
        lint = Path(sys.executable).with_name("lint-imports")
        told = subprocess.run([lint, "--no-cache"], cwd=copy_of_the_code, capture_output=True, text=True)
    finally:
        path.unlink() if before is None else path.write_text(before)
    assert told.returncode == 1
    assert broken in told.stdout.split("Broken contracts")[-1]
