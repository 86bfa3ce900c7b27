"""The least that must be paid: a part of ordinary debts, all of the rest, never under a floor."""

from koumen.credit.rules.parameters import Parameters
from koumen.kit.rate import share


def minimum_payment(parameters: Parameters, *, ordinary_minor: int, rest_minor: int) -> int:
    """The minimum of a statement.

    ``ordinary`` is principal; ``rest`` is what is due in full: interest, charges, an unpaid earlier
    minimum. The floor holds unless less is owed.
    """
    owed = ordinary_minor + rest_minor
    if owed <= parameters.minimum_floor_minor:
        return owed
    return max(share(ordinary_minor, parameters.minimum_share) + rest_minor, parameters.minimum_floor_minor)


def unpaid_minimum(*, minimum_minor: int, balance_minor: int, unpaid_minor: int) -> int:
    """What is left of a statement's minimum: all that came in since its issue counts for it.

    ``balance`` is the bill as issued, ``unpaid`` what is unpaid now of it and of older ones.
    """
    paid = balance_minor - unpaid_minor
    return max(0, min(minimum_minor - paid, unpaid_minor))
