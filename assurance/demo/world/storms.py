"""What ops do about a whole region: one exemption carried out, one that waits as a draft to be looked at (DSP-7)."""

from assurance.demo.world.stage import Stage, Story
from assurance.kernel.days import plus
from assurance.kernel.events import Actor
from claims import services as claims


def storms(stage: Stage) -> Story:
    ops = Actor("ops", stage.cast.ops.pk)
    yield (at := stage.morning(62))
    past = claims.draft_region(
        countries=["NO", "SE"],
        due_from=plus(stage.today, -62),
        due_to=plus(stage.today, -48),
        platform_bears=False,
        reason="Winter storm: flights to Scandinavia are cancelled until further notice.",
        at=at,
        actor=ops,
    )
    yield (at := stage.morning(62, hour=11))
    claims.carry_out(exemption_id=past.pk, reason="Confirmed by both airlines.", at=at, actor=ops)
    yield (at := stage.lately(40))
    claims.draft_region(
        countries=["AE", "US"],
        due_from=stage.today,
        due_to=plus(stage.today, 6),
        platform_bears=True,
        reason="The platform’s consolidation warehouse in Ningbo is closed for a fire inspection.",
        at=at,
        actor=ops,
    )
