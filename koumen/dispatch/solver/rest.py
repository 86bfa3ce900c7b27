"""The break of a working day: once, between two stops, in a second layer beside the day (proof in tests/solver).

A break of R seconds may start in [rb, rl]; it is taken before leaving a door or on arrival at the next. Layer 0 is
a day whose break is still to come, layer 1 one in which it is over. With ``arrive`` and ``leave`` of travel.py:

    over(f)   = min( max(arrive(f), rb) + R          if arrive(f) ≤ rl        on arrival
                     arrive(max(f, rb) + R)          if f ≤ rl )              before leaving;  EVER if neither
    before(z) = max( leave(min(rl, z - R))           if z - R ≥ rb
                     min(rl, leave(z) - R)           if leave(z) - R ≥ rb );  NEVER if neither

``over`` never falls and ``before`` is its inverse, so the recurrences of day.py hold in two layers.
"""

from dataclasses import dataclass

from koumen.dispatch.solver.travel import EVER, NEVER, Leg, Ways


@dataclass(frozen=True)
class Rest:
    """A break of ``length_s`` that starts within [begins, ends], seconds."""

    length_s: int
    begins: int
    ends: int

    def over(self, ways: Ways, leg: Leg, free: int) -> int:
        """The earliest arrival with the break behind, free to leave at ``free`` with the break to come."""
        there = ways.arrive(leg, free)
        on_arrival = max(there, self.begins) + self.length_s if there <= self.ends else EVER
        if free > self.ends:
            return on_arrival
        return min(on_arrival, ways.arrive(leg, max(free, self.begins) + self.length_s))

    def before(self, ways: Ways, leg: Leg, there_by: int) -> int:
        """The latest moment to be free, with the break to come, and still be there by then with it behind."""
        latest = NEVER
        on_arrival = there_by - self.length_s
        if on_arrival >= self.begins:
            latest = ways.leave(leg, min(self.ends, on_arrival))
        rested = ways.leave(leg, there_by) - self.length_s
        if rested >= self.begins:
            latest = max(latest, min(self.ends, rested))
        return latest
