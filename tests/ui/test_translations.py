"""Every page in both languages: nothing untranslated, nothing doubtful, and the compiled file is in step."""

import gettext
import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

FOLDER = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES"
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (1,)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
# The style guide is for people who write pages and stays in English.
SKIPPED = {".venv", ".data", ".git", "tests", "bench", "styleguide"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


@pytest.fixture(scope="module")
def catalogue():
    with (FOLDER / "django.po").open("rb") as file:
        return read_po(file)


def texts(message):
    return message.string if isinstance(message.string, tuple | list) else (message.string,)


def source(message):
    return message.id[-1] if isinstance(message.id, tuple | list) else message.id


def sources():
    root = Path(settings.BASE_DIR)
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".html", ".txt") and not SKIPPED & set(path.relative_to(root).parts):
            text = path.read_text()
            # The extractor reads Python, to which a template's indentation means nothing.
            code = re.sub(r"^[ \t]+", "", templatize(text), flags=re.M) if path.suffix != ".py" else text
            yield path, code


def test_every_marked_string_is_in_the_catalogue(catalogue):
    known = {(m.context, m.id[0] if isinstance(m.id, tuple) else m.id) for m in catalogue}
    lost = []
    for path, code in sources():
        for _line, found, _comments, context in extract("python", BytesIO(code.encode()), KEYWORDS):
            text = found[0] if isinstance(found, tuple) else found
            if (context, text) not in known:
                lost.append((path.name, text))
    assert not lost, "run `make messages`"


def translated(catalogue):
    return [m for m in catalogue if m.id and all(texts(m)) and not m.fuzzy]


def test_nothing_is_untranslated_or_fuzzy(catalogue):
    open_ones = [m.id for m in catalogue if m.id and (m.fuzzy or not all(texts(m)))]
    assert not open_ones, "run `make messages`, then translate these in locale/zh_Hans"


def test_placeholders_are_kept(catalogue):
    wrong = [
        m.id
        for m in translated(catalogue)
        if set(PLACEHOLDER.findall(source(m))) != set(PLACEHOLDER.findall(texts(m)[0]))
    ]
    assert not wrong


def test_the_compiled_file_is_made_from_this_one(catalogue):
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    behind = []
    for message in translated(catalogue):
        if isinstance(message.id, tuple | list):
            one, many = message.id
            found = (
                compiled.npgettext(message.context, one, many, 2)
                if message.context
                else compiled.ngettext(one, many, 2)
            )
        else:
            found = (
                compiled.pgettext(message.context, message.id)
                if message.context
                else compiled.gettext(message.id)
            )
        if found != texts(message)[0]:
            behind.append(message.id)
    assert not behind, "run `make messages` and commit the .mo"


def test_words_of_the_rulebook(catalogue):
    """The two guarantees, the service and the lamp have one name each, wherever they stand."""
    assert catalogue.get("On-time dispatch").string == "按时发货保障"
    assert catalogue.get("On-time delivery").string == "按时到货保障"
    assert catalogue.get("Upgrade service").string == "保障升级服务"
    assert catalogue.get("Associate funds").string == "关联资金"
    assert catalogue.get("Trade Assurance").string == "信用保障"
    assert catalogue.get("Lit", context="lamp").string == "亮灯"
