"""One order on the stage: the acts of its people, each one call of a service.

A plot is a generator over a deal: it yields the time of the next act (`later`, `on`, `due`, …) and, once the
stage has come there, acts. All acts happen at `deal.at`.
"""

from assurance.demo.world.deal.claims import Claiming
from assurance.demo.world.deal.making import Making
from assurance.demo.world.deal.paying import Paying
from assurance.demo.world.deal.refunds import Refunding
from assurance.demo.world.deal.sending import Sending
from assurance.demo.world.deal.words import Talking


class Deal(Making, Paying, Sending, Claiming, Refunding, Talking):
    """An order of a buyer with a seller, from its start on."""
