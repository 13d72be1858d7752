"""Names of countries, and their order, as readers of either language have them."""

from django.utils import translation
from django_countries import countries

from assurance.ui.countries import NAMES, by_name


def names(language: str) -> dict[str, str]:
    with translation.override(language):
        return {code: str(countries.name(code)) for code in countries.countries}


def test_no_two_countries_share_a_name():
    for language in ("en", "zh-hans"):
        found = names(language)
        assert len(set(found.values())) == len(found)
        assert all(name == name.strip() for name in found.values())


def test_what_the_library_has_wrong_in_chinese_is_ours():
    found = names("zh-hans")
    assert (found["NP"], found["TJ"], found["WS"]) == ("尼泊尔", "塔吉克斯坦", "萨摩亚")
    assert set(NAMES) <= set(names("en").values())


def test_chinese_readers_find_countries_by_pinyin():
    with translation.override("zh-hans"):
        assert [code for code, _name in by_name(["US", "DE", "AR", "CN", "FR"])] == [
            "AR",
            "DE",
            "FR",
            "US",
            "CN",
        ]
    with translation.override("en"):
        assert [code for code, _name in by_name(["US", "DE", "AR"])] == ["AR", "DE", "US"]
