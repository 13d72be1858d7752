"""What the two sides tell each other: messages, production, reviews."""

from assurance.demo.world.deal.base import Base
from assurance.kernel.uploads import Upload
from orders.services import messages, production, reviews


class Talking(Base):
    def write(self, side: str, words: str, *pictures: Upload) -> None:
        """A message to the other side."""
        actor = self.as_buyer if side == "buyer" else self.as_seller
        token = f"demo:{self.number}:{self.at.timestamp()}"
        messages.send(
            order_id=self.order_id,
            side=side,
            words=words,
            uploads=pictures,
            token=token,
            at=self.at,
            actor=actor,
        )

    def show_production(self, stage: str, words: str, *pictures: Upload) -> None:
        production.show(
            order_id=self.order_id,
            stage=stage,
            words=words,
            uploads=pictures,
            token=f"demo:{self.number}:{stage}",
            at=self.at,
            actor=self.as_seller,
        )

    def review(self, stars: tuple[int, int, int], words: str) -> None:
        reviews.review(
            order_id=self.order_id, stars=reviews.Stars(*stars), words=words, at=self.at, actor=self.as_buyer
        )

    def reply(self, words: str) -> None:
        reviews.reply(order_id=self.order_id, words=words, at=self.at, actor=self.as_seller)
