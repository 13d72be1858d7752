"""What every template of the portal keeps to, whoever wrote it."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR) / "templates"
PAGES = [
    path for path in sorted(ROOT.rglob("*.html")) if "emails" not in path.parts and "admin" not in path.parts
]
COMPONENTS = sorted((ROOT / "cotton").rglob("*.html"))
# Parts of a sentence or a cell: a newline at their end would be a space before the next full stop.
INLINE = (
    *(
        "icon",
        "money",
        "when",
        "day",
        "due",
        "badge",
        "count",
        "mark",
        "order_no",
        "rule",
        "stub",
    ),
    *("thumb", "button", "tab", "box", "fact", "th", "spinner", "sum/row", "guarantee/row"),
)
ROLES = {
    "table": "table",
    "thead": "rowgroup",
    "tbody": "rowgroup",
    "tfoot": "rowgroup",
    "tr": "row",
    "td": "cell",
}


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_nothing_inline_that_the_security_policy_would_block(path):
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|hx-vals=.js:", text)
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_table_parts_carry_their_roles(path):
    """Safari drops the table's meaning when CSS turns its rows into sheets; roles keep it."""
    text = path.read_text()
    if 'class="working"' in text or "emails/" in name(path):
        return
    for tag, role in ROLES.items():
        for found in re.findall(rf"<{tag}[\s>][^>]*>?", text):
            assert f'role="{role}"' in found, found


def test_style_sheets_ask_their_container_for_its_width():
    """Not the window: text set to 200% then reflows as a narrow window does."""
    sheets = (Path(settings.BASE_DIR) / "static").rglob("*.css")
    assert not [sheet.name for sheet in sheets if re.search(r"@media[^{]*width", sheet.read_text())]


@pytest.mark.parametrize("part", INLINE)
def test_an_inline_component_leaves_no_space_behind_it(part):
    assert not (ROOT / "cotton" / f"{part}.html").read_text().endswith((" ", "\n"))


@pytest.mark.parametrize("path", COMPONENTS, ids=name)
def test_a_component_declares_what_it_reads(path):
    """An undeclared name would be taken from the page around, and change its meaning from page to page."""
    text = path.read_text()
    declared = re.search(r"<c-vars(.*?)/>", text, re.S)
    known = set(re.findall(r"[:\s]([\w-]+)=", " " + declared.group(1))) if declared else set()
    known |= set(re.findall(r"\bas (\w+) ?%}", text)) | set(re.findall(r"{% for (\w+) in", text))
    known |= set(re.findall(r"[\s](\w+)=\w[\w|.:\"]* ?(?:%}|\w+=)", text))
    known |= {"slot", "attrs", "now", "here", "request", "forloop", "csrf_token", "class"}
    used = {match.split(".")[0] for match in re.findall(r"{{ ?([a-z_][\w.]*)", text)}
    assert used <= known | {word.replace("-", "_") for word in known}, used - known
