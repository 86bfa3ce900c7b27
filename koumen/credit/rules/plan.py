"""Splitting into instalments: of what, and how much may be split."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING
from enum import StrEnum
from uuid import UUID

from koumen.credit.rules import irr
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.cap import is_dearer, percent
from koumen.credit.rules.cost_sheet import Sheet, instalment_sheet, loan_sheet
from koumen.credit.rules.parameters import Kind, Parameters
from koumen.credit.rules.position import Position, Standing
from koumen.credit.rules.schedule import Instalment, flat_fee, loan
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.money import Money


class PlanKind(StrEnum):
    """What became a plan."""

    PURCHASE = "purchase"
    BILL = "bill"
    LOAN = "loan"


CHARGE = {
    PlanKind.PURCHASE: Bucket.INSTALMENT_FEE,
    PlanKind.BILL: Bucket.INSTALMENT_FEE,
    PlanKind.LOAN: Bucket.INTEREST,
}


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """What is to be paid by instalments: a purchase (wholly), a part of the newest bill, or a loan paid out.

    ``chosen``: which purchases of the bill, where its part was chosen by purchases.
    """

    account_id: UUID
    kind: PlanKind
    terms: int
    amount_minor: int
    purchase_id: UUID | None = None
    chosen: tuple[UUID, ...] = ()


def require_splittable(
    request: PlanRequest, position: Position, parameters: Parameters, *, currency: str, today: date
) -> None:
    """Whether the amount is there to be split.

    Raises Conflict("plan-too-small" | "plan-too-large" | "plan-too-late") or Invalid("instalment-term-not-offered");
    of a loan what require_lendable does.
    """
    if request.kind is PlanKind.LOAN:
        require_lendable(request, position, parameters, currency=currency)
        return
    parameters.fee_rate(request.terms)
    least = parameters.instalment_minimum_minor
    if request.amount_minor < least:
        raise Conflict("plan-too-small", least=Money(least, currency))
    if request.kind is PlanKind.BILL and not may_split_bill(position, today):
        raise Conflict("plan-too-late")
    if request.amount_minor > there_minor(request.kind, position):
        raise Conflict("plan-too-large")


def require_lendable(
    request: PlanRequest, position: Position, parameters: Parameters, *, currency: str
) -> None:
    """Whether a loan is offered: by the product, in these months, not too small, not to who is late, under the cap.

    Raises Conflict("loan-not-offered" | "loan-while-late" | "plan-too-small") or
    Invalid("instalment-term-not-offered" | "price-above-cap").
    """
    if parameters.kind != Kind.LOAN:
        raise Conflict("loan-not-offered")
    if request.terms not in parameters.loan_terms:
        raise Invalid("instalment-term-not-offered", field="terms", value=str(request.terms)[:40])
    if request.amount_minor < parameters.instalment_minimum_minor:
        raise Conflict("plan-too-small", least=Money(parameters.instalment_minimum_minor, currency))
    if any(bill.standing is Standing.LATE for bill in position.bills):
        raise Conflict("loan-while-late")
    payments = [one.pay_minor for one in schedule_for(request, parameters)]
    if is_dearer(request.amount_minor, payments, parameters.cap):
        raise Invalid(
            "price-above-cap", field="terms", **_dearness(request.amount_minor, payments, parameters)
        )


def _dearness(amount_minor: int, payments: list[int], parameters: Parameters) -> dict[str, object]:
    """What a price above the cap costs; it is never shown as if it were not above."""
    monthly = irr.monthly_irr(amount_minor, payments)
    return {
        "term": len(payments),
        "amount_minor": amount_minor,
        "apr": percent(irr.simple_annual(monthly), rounding=ROUND_CEILING),
        "cap": percent(parameters.cap),
    }


def may_split_bill(position: Position, today: date) -> bool:
    """Until its due day, and while nothing is carried over from earlier bills."""
    newest = position.newest
    if newest is None or newest.due is None or today > newest.due:
        return False
    return all(bill.standing is Standing.OPEN for bill in position.bills)


def there_minor(kind: PlanKind, position: Position) -> int:
    """What can be split: of what is not billed, or of the newest bill."""
    source = position.newest if kind is PlanKind.BILL else position.unbilled
    return source.unpaid.get(Bucket.PRINCIPAL, 0) if source else 0


def schedule_for(request: PlanRequest, parameters: Parameters) -> tuple[Instalment, ...]:
    """The instalments; the first falls due with the next bill."""
    if request.kind is PlanKind.LOAN:
        monthly = parameters.loan_rate / 12
        return loan(request.amount_minor, request.terms, monthly, method=parameters.loan_method)
    rate = parameters.fee_rate(request.terms)
    return flat_fee(request.amount_minor, request.terms, rate, mode=parameters.instalment_fee_mode)


def request_of(account_id: UUID, sheet: Sheet) -> PlanRequest:
    """What a sheet made by ``sheet_for`` was about: it says everything that is needed to begin."""
    purchase = sheet.terms.get("purchase")
    chosen: list[str] = sheet.terms.get("chosen", [])  # type: ignore[assignment]  # as sheet_for wrote it
    return PlanRequest(
        account_id=account_id,
        kind=PlanKind(str(sheet.terms["kind"])),
        terms=len(sheet.payments),
        amount_minor=sheet.principal_minor,
        purchase_id=UUID(str(purchase)) if purchase else None,
        chosen=tuple(UUID(one) for one in chosen),
    )


def sheet_for(request: PlanRequest, parameters: Parameters, currency: str) -> Sheet:
    """The sheet of all its costs."""
    make = loan_sheet if request.kind is PlanKind.LOAN else instalment_sheet
    about: dict[str, object] = {
        "kind": str(request.kind),
        "purchase": str(request.purchase_id) if request.purchase_id else None,
    }
    if request.chosen:
        about["chosen"] = [str(one) for one in request.chosen]
    return make(
        parameters,
        principal_minor=request.amount_minor,
        terms=request.terms,
        currency=currency,
        about=about,
    )
