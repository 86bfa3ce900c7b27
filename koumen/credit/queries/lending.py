"""Reading loans that are asked for, payouts, and the bank accounts they go to."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from koumen.audit.command import require
from koumen.credit.models import BankAccount, LoanRequest, Payout
from koumen.credit.permissions import may_follow_accounts, visible_to
from koumen.credit.queries.accounts import position_at
from koumen.credit.queries.buying import reserved_minor
from koumen.credit.queries.plans import Offer
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.bank_account import BankDetails
from koumen.credit.rules.buying import room_minor
from koumen.credit.rules.parameters import Kind
from koumen.credit.rules.payout import REQUEST_LIVES, RETURNED_WITHIN
from koumen.credit.rules.plan import PlanKind, PlanRequest, require_lendable, sheet_for
from koumen.credit.states import BankAccountState, LoanRequestState, PayoutState
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Missing
from koumen.people import queries as people

OPEN_REQUESTS = (LoanRequestState.ASKED, LoanRequestState.LOOKED)


def sealed_place(bank_account_id: UUID) -> str:
    """Table, column and row of sealed details: read from elsewhere they do not open."""
    return f"credit_bankaccount.sealed.{bank_account_id}"


def verified_account(customer_id: UUID) -> BankAccount | None:
    """The bank account that a customer may be paid out to; one query. For commands that have held their account."""
    return BankAccount.objects.filter(customer_id=customer_id, state=BankAccountState.VERIFIED).first()


def bank_account_of(*, actor: Actor, customer_id: UUID) -> BankAccount | None:
    """The bank account of a customer, verified or not yet; two queries. Raises Missing("customer-not-found")."""
    customer = people.customer_of(actor, customer_id=customer_id)
    return BankAccount.objects.filter(customer=customer, ended_at=None).first()


def bank_details(row: BankAccount) -> BankDetails:
    """The number in clear, to be sent to the bank or read by who verifies it; two queries."""
    text = people.open_note(row.customer.person_id, bytes(row.sealed), place=sealed_place(row.id))
    return BankDetails(**json.loads(text))


# --- loans ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Lendable:
    """What may be borrowed on an account today; ``room_minor`` is the most, 0 where nothing is lent."""

    account: HeldAccount
    room_minor: int
    least_minor: int
    bank_account: BankAccount | None
    request: LoanRequest | None

    @property
    def may_ask(self) -> bool:
        """Whether there is anything to ask for."""
        return self.room_minor >= self.least_minor and self.bank_account is not None and self.request is None


def lendable(*, actor: Actor, account_id: UUID, at: datetime) -> Lendable:
    """What may be borrowed on an account; four queries.

    Raises Missing("account-not-found") or Conflict("loan-not-offered").
    """
    held = position_at(actor=actor, account_id=account_id, at=at)
    if held.parameters.kind != Kind.LOAN:
        raise Conflict("loan-not-offered")
    room = room_minor(held.limit_minor, held.position, reserved_minor(account_id))
    return Lendable(
        account=held,
        room_minor=max(0, room),
        least_minor=held.parameters.instalment_minimum_minor,
        bank_account=verified_account(held.customer_id),
        request=LoanRequest.objects.filter(account_id=account_id, state__in=OPEN_REQUESTS).first(),
    )


def loan_offers(*, actor: Actor, account_id: UUID, amount_minor: int, at: datetime) -> list[Offer]:
    """Every number of months for a loan, each with all its costs; two queries.

    Raises Missing("account-not-found"), Invalid("price-above-cap") or Conflict("loan-not-offered" | "loan-while-late" |
    "plan-too-small" | "limit-exceeded").
    """
    held = position_at(actor=actor, account_id=account_id, at=at)
    room = room_minor(held.limit_minor, held.position, reserved_minor(account_id))
    if held.parameters.kind == Kind.LOAN and amount_minor > room:
        raise Conflict("limit-exceeded", room_minor=max(0, room))
    offers = []
    for terms in held.parameters.loan_terms or (0,):
        wanted = PlanRequest(
            account_id=account_id, kind=PlanKind.LOAN, terms=terms, amount_minor=amount_minor
        )
        require_lendable(wanted, held.position, held.parameters, currency=held.currency)
        offers.append(Offer(request=wanted, sheet=sheet_for(wanted, held.parameters, held.currency)))
    return offers


def loan_requests(*, actor: Actor, is_open: bool, limit: int = 200) -> list[LoanRequest]:
    """Loans that wait for somebody, oldest first, or that were decided, newest first; one query.

    Raises Denied("credit-not-yours").
    """
    require(may_follow_accounts(actor), "credit-not-yours")
    rows = LoanRequest.objects.select_related("account__product", "account__customer", "sheet")
    found = rows.filter(state__in=OPEN_REQUESTS).order_by("asked_at")
    if not is_open:
        found = rows.exclude(state__in=OPEN_REQUESTS).order_by("-decided_at")
    return list(found[:limit])


def loan_request(*, actor: Actor, request_id: UUID) -> LoanRequest:
    """One of them; one query. Raises Missing("loan-request-not-found")."""
    rows = LoanRequest.objects.select_related(
        "account__product", "account__customer", "sheet__account", "plan"
    )
    found = rows.filter(id=request_id, account__in=visible_to(actor)).first()
    if found is None:
        raise Missing("loan-request-not-found")
    return found


def loan_requests_of(*, actor: Actor, account_id: UUID) -> list[LoanRequest]:
    """The loans that were asked for on an account, newest first; one query."""
    rows = LoanRequest.objects.filter(account_id=account_id, account__in=visible_to(actor))
    return list(rows.select_related("account__product", "plan").order_by("-asked_at"))


def requests_past(*, at: datetime) -> list[UUID]:
    """Loans on which nobody decided in time; one query."""
    rows = LoanRequest.objects.filter(state__in=OPEN_REQUESTS, asked_at__lte=at - REQUEST_LIVES)
    return list(rows.order_by("asked_at").values_list("id", flat=True))


# --- payouts --------------------------------------------------------------------------------------------


def payouts_of(*, actor: Actor, account_id: UUID) -> list[Payout]:
    """The payouts of an account, newest first; one query."""
    rows = Payout.objects.filter(account_id=account_id, account__in=visible_to(actor))
    return list(rows.select_related("bank_account").order_by("-asked_at"))


def payouts(*, actor: Actor, state: str = "", limit: int = 200) -> list[Payout]:
    """Payouts of all accounts, newest first; one query. Raises Denied("credit-not-yours")."""
    require(may_follow_accounts(actor), "credit-not-yours")
    rows = Payout.objects.select_related("account__product", "bank_account")
    if state in set(PayoutState):
        rows = rows.filter(state=state)
    return list(rows.order_by("-asked_at")[:limit])


def payout(*, payout_id: UUID) -> Payout:
    """One payout for the system, with whom it goes to; one query."""
    return Payout.objects.select_related("account__product", "bank_account__customer").get(id=payout_id)


def payouts_to_ask(*, at: datetime) -> list[UUID]:
    """Payouts of which the bank should be asked: those not sent, and those lately sent that may come back; one query."""
    rows = Payout.objects.filter(
        Q(state=PayoutState.ASKED) | Q(state=PayoutState.SENT, sent_at__gte=at - RETURNED_WITHIN)
    )
    return list(rows.order_by(F("state"), "asked_at").values_list("id", flat=True))
