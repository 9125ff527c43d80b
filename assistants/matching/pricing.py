"""A bound for instances too large to be solved whole: each limit has a price, and each pair pays it (Lagrange)."""

from collections.abc import Iterable, Mapping
from typing import Final

from .instances import Pair
from .rules import Candidate, Limit, Rules

# Prices are whole numbers of such parts of a cent. Any prices give a true bound; good ones a close one.
PARTS_OF_A_CENT: Final = 2**16


class Priced:
    """
    What each candidate brings beyond what it takes of the limits, at these prices in cents.

    No plan nets more than all limits cost and those who bring more than they take bring on top of it.
    Minimum hours are left out, which makes the bound no less true.
    """

    def __init__(self, rules: Rules, prices: Mapping[Limit, float]) -> None:
        self.prices = {limit: round(abs(price) * PARTS_OF_A_CENT) for limit, price in prices.items() if price}
        self.brings = {pair: self._brings(each) for pair, each in rules.candidates.items()}
        room = sum(price * rules.room[limit] for limit, price in self.prices.items())
        self.total = room + sum(brought for brought in self.brings.values() if brought > 0)

    @property
    def ceiling(self) -> int:
        """Cents a week that the new hand-offs of no plan can pass."""
        return self.total // PARTS_OF_A_CENT

    def rules_out(self, pairs: Iterable[Pair], net: int) -> bool:
        """Whether no plan with any of these nets that many cents."""
        return all(self.total + min(0, self.brings[pair]) < net * PARTS_OF_A_CENT for pair in pairs)

    def _brings(self, each: Candidate) -> int:
        part, once = each.worth.gain * PARTS_OF_A_CENT, -each.worth.fixed * PARTS_OF_A_CENT
        for limit, by_part, by_once in each.uses:
            price = self.prices.get(limit, 0)
            part -= price * by_part
            once -= price * by_once
        return once + max(part * each.least, part * each.most)
