"""Parts of a page that are made once."""

from django.template import Context, Template
from django.utils.translation import override

PART = "{% load kept i18n %}{% kept n %}{{ n }} {{ other }} {% trans 'Orders' %}{% endkept %}"


def test_a_part_is_made_once_for_its_values_and_language():
    part = Template(PART)
    assert part.render(Context({"n": 1, "other": "first"})) == "1 first Orders"
    assert part.render(Context({"n": 1, "other": "second"})) == "1 first Orders"
    assert part.render(Context({"n": 2, "other": "second"})) == "2 second Orders"
    with override("zh-hans"):
        assert part.render(Context({"n": 1, "other": "third"})) == "1 third 订单"


def test_what_is_kept_is_bounded():
    part = Template(PART)
    for n in range(1200):
        part.render(Context({"n": n}))
    [node] = part.nodelist.get_nodes_by_type(type(part.nodelist[1]))
    assert len(node.made) <= 500


def test_it_is_escaped_like_the_rest():
    assert "&lt;b&gt;" in Template(PART).render(Context({"n": "<b>"}))
