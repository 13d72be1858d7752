"""Sending and receiving."""

from datetime import datetime

from assurance.demo import carrier
from assurance.demo.world.deal.base import Base
from assurance.demo.world.stage import Story
from orders.models import Order
from orders.rules import lifecycle
from orders.services import dispatch, receipt


class Sending(Base):
    def dispatch(self, fate: str = carrier.USUAL, *, last: bool = True) -> None:
        """Hand a parcel over; what becomes of it is its fate, told by the carrier in its own time."""
        order = self.order
        firm = order.line.carrier if order.line else "DHL"
        number = f"DM{self.number:04}{len(self.parcels) + 1}{self.chance.randrange(10**6):06}{fate}"
        dispatch.dispatch(
            order_id=self.order_id, carrier=firm, number=number, last=last, at=self.at, actor=self.as_seller
        )
        self.parcels.append((firm, number))
        reports = carrier.plan(number, self.at, carrier.Journey.of(order), str(order.destination))
        if reports and reports[-1].kind == "delivered":
            self.arrives = max(reports[-1].happened_at, self.arrives or reports[-1].happened_at)
        for told in reports:
            self.stage.play(_told(told, firm, number))

    def tell_delivered(self, happened_at: datetime) -> None:
        """The carrier's message comes only now."""
        firm, number = self.parcels[-1]
        dispatch.track(carrier=firm, number=number, kind="delivered", happened_at=happened_at, at=self.at)

    def receive(self) -> None:
        """Confirm receipt, unless the goods were so long under way that it has been taken as given."""
        if not Order.objects.filter(pk=self.order_id, state=lifecycle.COMPLETED).exists():
            receipt.receive(order_id=self.order_id, at=self.at, actor=self.as_buyer)

    def extend(self, by: str) -> None:
        receipt.extend(order_id=self.order_id, by=by, at=self.at, actor=self._of(by))


def _told(report: carrier.Report, firm: str, number: str) -> Story:
    yield report.happened_at
    carrier.tell(report, carrier=firm, number=number, at=report.happened_at)
