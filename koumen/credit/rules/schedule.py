"""Splitting an amount into instalments: what each is, to the smallest unit.

Principal and a flat fee are split down to the unit, and what is left goes into the last instalment, so that
the sum is exact. Interest is rounded half up once for each period, where it is posted.
"""

from dataclasses import dataclass
from decimal import Decimal

from koumen.credit.rules.parameters import FeeMode, LoanMethod
from koumen.kit.rate import share


@dataclass(frozen=True)
class Instalment:
    """One instalment: its principal, and its fee or interest."""

    no: int
    principal_minor: int
    charge_minor: int

    @property
    def pay_minor(self) -> int:
        """What is to be paid."""
        return self.principal_minor + self.charge_minor


def flat_fee(principal_minor: int, terms: int, fee_rate: Decimal, *, mode: str) -> tuple[Instalment, ...]:
    """A purchase in equal parts at a flat fee, which is rounded once, as a whole."""
    fee_minor = share(principal_minor, fee_rate)
    fees = [fee_minor, *[0] * (terms - 1)] if mode == FeeMode.FIRST else _parts(fee_minor, terms)
    return _numbered(_parts(principal_minor, terms), fees)


def loan(principal_minor: int, terms: int, monthly_rate: Decimal, *, method: str) -> tuple[Instalment, ...]:
    """A loan by one of the methods."""
    if method == LoanMethod.EQUAL_PRINCIPAL:
        return equal_principal(principal_minor, terms, monthly_rate)
    if method == LoanMethod.BULLET:
        return bullet(principal_minor, terms, monthly_rate)
    return equal_instalments(principal_minor, terms, monthly_rate)


def equal_instalments(principal_minor: int, terms: int, monthly_rate: Decimal) -> tuple[Instalment, ...]:
    """The same payment each month; the last one settles what rounding left."""
    if not monthly_rate:
        return _numbered(_parts(principal_minor, terms), [0] * terms)
    annuity = monthly_rate / (1 - (1 + monthly_rate) ** -terms)
    pay_minor, left = share(principal_minor, annuity), principal_minor
    principals, interests = [], []
    for _ in range(terms - 1):
        interest = share(left, monthly_rate)
        part = min(left, max(0, pay_minor - interest))
        principals.append(part)
        interests.append(interest)
        left -= part
    return _numbered([*principals, left], [*interests, share(left, monthly_rate)])


def equal_principal(principal_minor: int, terms: int, monthly_rate: Decimal) -> tuple[Instalment, ...]:
    """The same principal each month, and the interest of what was still lent."""
    principals = _parts(principal_minor, terms)
    left = [principal_minor - sum(principals[:paid]) for paid in range(terms)]
    return _numbered(principals, [share(amount, monthly_rate) for amount in left])


def bullet(principal_minor: int, terms: int, monthly_rate: Decimal) -> tuple[Instalment, ...]:
    """Interest each month, the whole principal with the last."""
    interest = share(principal_minor, monthly_rate)
    return _numbered([*[0] * (terms - 1), principal_minor], [interest] * terms)


def _parts(amount_minor: int, parts: int) -> list[int]:
    part, left = divmod(amount_minor, parts)
    return [part] * (parts - 1) + [part + left]


def _numbered(principals: list[int], charges: list[int]) -> tuple[Instalment, ...]:
    pairs = zip(principals, charges, strict=True)
    return tuple(Instalment(no, principal, charge) for no, (principal, charge) in enumerate(pairs, 1))
