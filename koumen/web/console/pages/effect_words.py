"""What is owed before and after, side by side, and where the money of a payment is that is taken back."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from koumen.credit.queries.effects import Effect, LimitEffect
from koumen.kit.actor import Actor
from koumen.kit.errors import Missing
from koumen.kit.money import Money
from koumen.payments import queries as payments
from koumen.web.console.pages.words import ACCOUNTS, word


def effect_rows(effect: Effect) -> list[dict[str, Any]]:
    """The figures that a customer could ask about; ``change`` is None where one stays as it is."""
    before, after, currency = effect.before, effect.after, effect.before.currency
    rows = (
        (_("Everything"), before.all_minor, after.all_minor),
        (_("of it not posted yet"), before.accrued_minor, after.accrued_minor),
        (_("This bill"), before.bill_minor, after.bill_minor),
        (_("The minimum"), before.minimum_minor, after.minimum_minor),
        (_("Instalments to come"), before.future_minor, after.future_minor),
        (_("Credit balance"), before.credit_balance_minor, after.credit_balance_minor),
    )
    return [_row(name, old, new, currency) for name, old, new in rows if old or new]


def limit_rows(effect: LimitEffect) -> list[dict[str, Any]]:
    """The limit, and what of it is free."""
    rows = (
        (_("Limit"), effect.before_minor, effect.after_minor),
        (_("Still free"), max(0, effect.free_before_minor), max(0, effect.free_after_minor)),
    )
    return [_row(name, old, new, effect.currency) for name, old, new in rows]


def _row(name: str, old: int, new: int, currency: str) -> dict[str, Any]:
    return {
        "name": name,
        "before": Money(old, currency),
        "after": Money(new, currency),
        "change": Money(new - old, currency) if new != old else None,
    }


def split_rows(effect: Effect) -> list[tuple[str, Money]]:
    """How a payment would be spread, part by part."""
    if effect.split is None:
        return []
    currency = effect.before.currency
    rows = [(word(ACCOUNTS, kind), Money(minor, currency)) for kind, minor in effect.split.by_kind.items()]
    others = (
        ("recovery_income", effect.split.recovered_minor),
        ("credit_balance", effect.split.credit_minor),
    )
    return [*rows, *((word(ACCOUNTS, kind), Money(minor, currency)) for kind, minor in others if minor)]


def custody_words(actor: Actor, activity_id: UUID, amount: str) -> str:
    """Where the money of a payment lies, and what has to happen with it once the payment is taken back."""
    try:
        payment = payments.payment(actor=actor, payment_id=activity_id)
    except Missing:
        return _(
            "In the books %(amount)s leaves the bank account. If the money did come, it must be sent back by transfer."
        ) % {"amount": amount}
    if payment.tender == "cash":
        return _(
            "If the notes were taken (a wrong amount, a wrong account), they stay with agent %(number)s as notes to give "
            "back, and are counted back to the customer. For any other reason no notes came: the agent holds %(amount)s "
            "less in the books, or has missed so much less at the end of the day. But if a count has seen these notes, "
            "they stay as notes to give back until two people decide. The receipt becomes void and the customer is told."
        ) % {"number": payment.agent.staff_number, "amount": amount}
    if payment.tender == "card":
        return _(
            "In the books %(amount)s leaves the account of the card acquirer. If the card was charged, it must be paid "
            "back to the card. The receipt becomes void and the customer is told."
        ) % {"amount": amount}
    return _(
        "In the books %(amount)s leaves the account of the wallet provider. If the money did come, the provider must "
        "pay it back to the customer. The receipt becomes void and the customer is told."
    ) % {"amount": amount}
