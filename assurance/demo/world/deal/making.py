"""Making the contract: starting, drafting, changing, confirming."""

from dataclasses import replace

from assurance.demo.world.deal.base import Base
from assurance.kernel.money import USD, Money, convert, from_minor, rounded
from coupons import queries as coupons
from logistics import queries as logistics
from logistics import rules as logistics_rules
from orders.rules.terms import DispatchTerms
from orders.services import closing, contract, receipt, start
from orders.services.offer import rated
from sellers import queries as sellers

# Empty: as the way in which it starts says.
SOURCES = ("", "search", "", "campaign", "search")


class Making(Base):
    def _draft(self, *, initial: bool = False) -> start.Draft:
        offer = self._line()
        shipping = offer.cost if offer else Money(0, "USD")
        first = None
        if initial:
            goods = sum(sellers.unit_price(product, quantity) * quantity for product, quantity in self.items)
            first = rounded((from_minor(goods) + shipping).amount * 30 / 100, "USD")
        draft = start.Draft(
            source=SOURCES[self.number % len(SOURCES)],
            items={product.pk: quantity for product, quantity in self.items},
            line_id=offer.line_id if offer else None,
            destination=str(self.buyer.country),
            address=self.stage.cast.addresses[self.buyer.pk],
            shipping=shipping,
            initial=first,
        )
        return draft if self.currency == USD else self._abroad(draft)

    def _abroad(self, draft: start.Draft) -> start.Draft:
        """The same in the buyer's currency, at the rate of the day."""
        there = rated(replace(draft, currency=self.currency), self.at)
        shipping, initial = (
            convert(amount, usd_rate=there.usd_rate, to=self.currency) if amount else None
            for amount in (draft.shipping, draft.initial)
        )
        return replace(there, shipping=shipping, initial=initial)

    def _with_store_coupon(self, draft: start.Draft) -> start.Draft:
        """The order as asked for, with the supplier's best store coupon if this buyer looks for one."""
        if not self.store:
            return draft
        goods = sum(sellers.unit_price(product, quantity) * quantity for product, quantity in self.items)
        best = coupons.store_offers(self.items[0][0].seller_id, from_minor(goods), self.at)[:1]
        chosen = best[0].coupon.pk if best and best[0].off.amount else None
        return replace(draft, store_coupon_id=chosen)

    def _line(self) -> logistics_rules.Offer | None:
        """The line that a buyer chooses: preselected among those wanted; none for goods made to order."""
        if not self.items[0][0].rts:
            return None
        offers = logistics.offers(self.items, str(self.buyer.country), at=self.at)
        wanted = [offer for offer in offers if offer.guaranteed or not self.guaranteed]
        by_mode = [offer for offer in wanted if offer.mode == self.mode]
        return logistics_rules.preselected(by_mode or wanted or offers)

    def start(self) -> None:
        order = start.by_buyer(
            buyer_id=self.buyer.pk,
            draft=self._with_store_coupon(self._draft()),
            at=self.at,
            actor=self.as_buyer,
            request_key=self.key,
        )
        self.order_id = order.pk

    def draft(self, *, send: bool = True, initial: bool = False) -> None:
        order = start.by_seller(
            seller_id=self.stage.cast.sellers[self.seller].pk,
            buyer_id=self.buyer.pk,
            draft=self._draft(initial=initial),
            at=self.at,
            actor=self.as_seller,
            request_key=self.key,
            send=send,
        )
        self.order_id = order.pk

    @property
    def key(self) -> str:
        return f"demo:{self.number}"

    def change(self, *, more: int, dispatch_days: int) -> None:
        """The supplier writes the order anew: so many times the quantity, and its own dispatch days."""
        draft = self._draft()
        contract.change(
            order_id=self.order_id,
            draft=replace(
                draft,
                items={pk: quantity * more for pk, quantity in draft.items.items()},
                dispatch=DispatchTerms(days=dispatch_days),
            ),
            seen=self.order.version,
            at=self.at,
            actor=self.as_seller,
        )

    def confirm(self, by: str) -> None:
        closing.confirm(order_id=self.order_id, by=by, at=self.at, actor=self._of(by))

    def decline(self, by: str, reason: str, words: str) -> None:
        closing.decline(
            order_id=self.order_id, by=by, reason=reason, words=words, at=self.at, actor=self._of(by)
        )

    def cancel(self, by: str) -> None:
        closing.cancel(order_id=self.order_id, by=by, at=self.at, actor=self._of(by))

    def move_address(self, street: str) -> None:
        address = {**self.stage.cast.addresses[self.buyer.pk], "street": street}
        receipt.change_address(order_id=self.order_id, address=address, at=self.at, actor=self.as_buyer)
