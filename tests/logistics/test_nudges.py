"""What MA suggests to a seller about its freight templates (LOG-7)."""

from logistics.rules import TemplateFacts, lacks_courier, lacks_guaranteed_line, missing_core


def facts(*guaranteed: str, carriers: tuple[str, ...] = ("DHL",), platform: int = 0) -> TemplateFacts:
    return TemplateFacts(frozenset(carriers), platform, frozenset(guaranteed))


def test_a_member_without_a_guaranteed_line_is_told():
    assert lacks_guaranteed_line([], member=True)
    assert lacks_guaranteed_line([facts(), facts()], member=True)
    assert not lacks_guaranteed_line([facts(), facts("US")], member=True)
    assert not lacks_guaranteed_line([facts()], member=False)


def test_own_logistics_without_a_courier():
    assert lacks_courier(facts(carriers=("Sinotrans",)))
    assert lacks_courier(facts(carriers=()))
    assert not lacks_courier(facts(carriers=("Sinotrans", "UPS")))
    assert not lacks_courier(facts(carriers=("Cainiao",), platform=1))


def test_core_countries_no_template_covers():
    core = ("US", "DE", "BR")
    assert missing_core([], core) == core
    assert missing_core([facts("US"), facts("DE", "FR")], core) == ("BR",)
    assert missing_core([facts("US", "DE"), facts("BR")], core) == ()
