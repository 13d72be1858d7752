"""`docs/rules.md`: for each rule the functions that decide it and the tests and plays that show it.

Functions come from the marks `@rule("CPN-1")`, tests from `@pytest.mark.rule("CPN-1")` on a test, its class
or its module, plays from their `rules:`. Files are parsed, not run: the page needs no database.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.conf import settings

from assurance.kernel.rulebook import TITLES
from assurance.kernel.rules import REGISTER
from assurance.scenarios.reader import read

HEAD = """\
# Rules, where they are decided and what shows it

Made by `manage.py rules_doc` from the marks in the code, the tests and the plays; do not edit it by hand.
The rules themselves are in the rulebook, decisions where it is silent in [decisions.md](decisions.md).
"""
APPS = ("assurance", "sellers", "logistics", "coupons", "orders", "claims")
_MARK = re.compile(r"^@(rule|decides)\(", re.MULTILINE)


def page() -> str:
    """The text that `docs/rules.md` should have."""
    root = Path(settings.BASE_DIR)
    tests, plays = tests_by_rule(root), plays_by_rule(root)
    decided = functions_by_rule(root)
    parts = [HEAD]
    for id_, title in TITLES.items():
        if not (decided[id_] or tests[id_] or plays[id_]):
            continue
        parts.append(f"## {id_} · {title}\n")
        for what, names in (("Decided by", decided[id_]), ("Tests", tests[id_]), ("Plays", plays[id_])):
            if names:
                parts.append(f"{what}: {', '.join(f'`{name}`' for name in names)}\n")
    return "\n".join(parts)


def functions_by_rule(root: Path) -> defaultdict[str, list[str]]:
    """Deciding functions; every module with a mark is imported first, so that none is missing."""
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            if _MARK.search(path.read_text(encoding="utf-8")):
                import_module(".".join(path.relative_to(root).with_suffix("").parts))
    return defaultdict(list, {id_: sorted(names) for id_, names in REGISTER.items()})


def tests_by_rule(root: Path) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted((root / "tests").rglob("test_*.py")):
        place = path.relative_to(root / "tests").with_suffix("")
        for name, ids in _marked(ast.parse(path.read_text(encoding="utf-8"))):
            for id_ in ids:
                found[id_].append(f"{place}::{name}" if name else str(place))
    return found


def plays_by_rule(root: Path) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted((root / "tests" / "scenarios").rglob("*.yaml")):
        for id_ in read(path).get("rules", []):
            found[id_].append(path.stem)
    return found


def _marked(module: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Each marked test with the rules named on it; a module's own mark under the empty name."""
    for node in module.body:
        if isinstance(node, ast.Assign) and any(getattr(to, "id", "") == "pytestmark" for to in node.targets):
            marks = node.value.elts if isinstance(node.value, ast.List) else [node.value]
            yield "", [id_ for mark in marks for id_ in _ids(mark)]
        elif isinstance(node, ast.ClassDef):
            yield node.name, [id_ for mark in node.decorator_list for id_ in _ids(mark)]
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    ids = [id_ for mark in inner.decorator_list for id_ in _ids(mark)]
                    yield f"{node.name}::{inner.name}", ids
        elif isinstance(node, ast.FunctionDef):
            yield node.name, [id_ for mark in node.decorator_list for id_ in _ids(mark)]


def _ids(mark: ast.expr) -> list[str]:
    if not (isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.rule"):
        return []
    return [str(argument.value) for argument in mark.args if isinstance(argument, ast.Constant)]
