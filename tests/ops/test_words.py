"""Lists of the admin speak the reader's language: no column, filter or title falls back to a name in code."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.test import RequestFactory
from django.utils import translation

from assurance.ops.words import WORDS, column

HAN = re.compile(r"[\u4e00-\u9fff]")
ADMINS = [pytest.param(one, id=one.opts.label) for one in admin.site._registry.values()]


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


def english(words):
    return [word for word in map(str, words) if not HAN.search(word)]


@pytest.mark.parametrize("one", ADMINS)
def test_every_column_has_a_word(one):
    columns = one.get_list_display(RequestFactory().get("/"))
    assert english(label_for_field(name, one.model, one) for name in columns) == []


@pytest.mark.parametrize("one", ADMINS)
def test_every_filter_has_a_word(one):
    request = RequestFactory().get("/")
    titles = []
    for named in one.get_list_filter(request):
        if isinstance(named, tuple):
            name, kind = named
            titles.append(kind(one.opts.get_field(name), request, {}, one.model, one, name).title)
        else:
            titles.append(named.title)
    assert english(titles) == []


@pytest.mark.parametrize("one", ADMINS)
def test_every_title_has_a_word(one):
    names = [one.opts.verbose_name, one.opts.verbose_name_plural, one.opts.app_config.verbose_name]
    assert english(names) == []


def test_every_word_is_for_a_field_in_a_list():
    admins = admin.site._registry.values()
    named = {
        name for one in admins for name in (*one.list_display, *one.list_filter) if isinstance(name, str)
    }
    assert {name.rpartition(".")[2] for name in WORDS} <= named


def test_a_column_that_is_no_field_stands_as_it_is():
    model = next(iter(admin.site._registry))
    assert column(model, "no_such_field") == "no_such_field"
