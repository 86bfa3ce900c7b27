"""The wallet's dialogue with its provider, open tenders asked for, receipts printed and made void, old cash seen."""

import json
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from procrastinate.contrib.django import app

from koumen.audit.models import Fact
from koumen.audit.reactions import reaction
from koumen.conduct.queries import cash_limits
from koumen.credit.events import ActivityReversed
from koumen.kit import clock
from koumen.kit.actor import SYSTEM, Actor
from koumen.payments import gateway, queries
from koumen.payments.commands.alarms import raise_cash_alarm
from koumen.payments.commands.matching import match_deposit, match_payment
from koumen.payments.commands.receipts import receipt_pdf
from koumen.payments.commands.returning import owe_cash_return
from koumen.payments.commands.voiding import void_receipt
from koumen.payments.commands.wallet import close_wallet, lose_sight, settle_wallet, show_wallet
from koumen.payments.events import PaymentMade, SettlementImported
from koumen.payments.models import Payment
from koumen.payments.queries.custody import cash_by_person
from koumen.payments.queries.settlement import certain_match, lines_to_match
from koumen.payments.queries.witness import counts_of_two
from koumen.payments.rules.wallet import Charge, ChargeState
from koumen.payments.rules.witness import count_alarm
from koumen.payments.states import PaymentState
from koumen.visits.commands.watching import alarm_about_count
from koumen.visits.events import AmountAgreed, VisitBrokenOff, VisitClosed

logger = structlog.get_logger()

# The callback usually comes within seconds; who asks earlier only hears "pending".
ASK_AFTER = timedelta(seconds=20)


def start_wallet(*, payment_id: UUID, at: datetime) -> Payment:
    """Get the QR of an open wallet payment from the provider; safe to call again.

    The payment comes back with its ``qr_text``, or UNKNOWN when the provider was silent. Raises
    Missing("payment-not-found").
    """
    payment = queries.payment(actor=SYSTEM, payment_id=payment_id)
    if payment.state not in queries.OPEN_TENDER or payment.qr_text:
        return payment
    try:
        charge = gateway.create_charge(
            payment_id=payment.id,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            expires_at=payment.expires_at or at,
            description=payment.visit.number,
        )
    except gateway.ProviderSilentError:
        return lose_sight(payment_id=payment_id, actor=SYSTEM, at=at)
    return _heard(charge, at)


def ask_wallet(*, payment_id: UUID, at: datetime) -> Payment:
    """Ask the provider what became of a payment, and close it there when its time is over.

    Raises Missing("payment-not-found").
    """
    payment = queries.payment(actor=SYSTEM, payment_id=payment_id)
    if payment.state not in queries.OPEN_TENDER:
        return payment
    try:
        charge = gateway.query_charge(payment_id=payment_id)
        is_over = payment.expires_at is not None and at >= payment.expires_at
        if charge.state is ChargeState.UNKNOWN_THERE or (charge.state is ChargeState.PENDING and is_over):
            charge = gateway.close_charge(payment_id=payment_id)
    except gateway.ProviderSilentError:
        return lose_sight(payment_id=payment_id, actor=SYSTEM, at=at)
    return _heard(charge, at)


def give_up_wallet(*, payment_id: UUID, actor: Actor, at: datetime) -> Payment:
    """Put a QR away: it is closed at the provider, so that another tender may begin; or it was paid after all.

    Raises Missing("payment-not-found") when the actor may not see the payment.
    """
    payment = queries.payment(actor=actor, payment_id=payment_id)
    if payment.state not in queries.OPEN_TENDER:
        return payment
    try:
        charge = gateway.close_charge(payment_id=payment_id)
    except gateway.ProviderSilentError:
        return lose_sight(payment_id=payment_id, actor=SYSTEM, at=at)
    return _heard(charge, at)


def _heard(charge: Charge, at: datetime) -> Payment:
    """Write down what the provider said."""
    if charge.state is ChargeState.PAID:
        return settle_wallet(charge=charge, actor=SYSTEM, at=at)
    if charge.state is ChargeState.CLOSED:
        return close_wallet(payment_id=charge.payment_id, reason="closed_at_provider", actor=SYSTEM, at=at)
    return show_wallet(charge=charge, actor=SYSTEM, at=at)


@app.periodic(cron="* * * * *")
@app.task(name="koumen.payments.jobs.ask_open_wallets", queue="now")
def ask_open_wallets(timestamp: int) -> None:
    """Ask for every open wallet payment once a minute; one that fails does not keep the others waiting."""
    del timestamp
    at = clock.now()
    for payment_id in queries.wallets_to_ask(opened_before=at - ASK_AFTER):
        try:
            ask_wallet(payment_id=payment_id, at=at)
        except Exception:
            logger.exception("wallet_not_asked", payment_id=str(payment_id))


@app.periodic(cron="17 * * * *")
@app.task(name="koumen.payments.jobs.watch_cash", queue="normal")
def watch_cash(timestamp: int) -> None:
    """Every hour: whose cash is older than the policy allows."""
    del timestamp
    at = clock.now()
    for held in cash_by_person(actor=SYSTEM, at=at):
        raise_cash_alarm(held=held, actor=SYSTEM, at=at)


@app.periodic(cron="*/10 * * * *")
@app.task(name="koumen.payments.jobs.compare_counts", queue="normal")
def compare_counts(timestamp: int) -> None:
    """Of each visit of two at which cash was counted, whether both said the same."""
    del timestamp
    at = clock.now()
    for visit_id, (currency, counts) in counts_of_two(at=at).items():
        over_minor = cash_limits(currency=currency, at=at).two_agents_over
        kind = count_alarm(counts, two_over_minor=over_minor, at=at)
        if kind is not None:
            alarm_about_count(visit_id=visit_id, kind=kind, actor=SYSTEM, at=at)


@reaction(VisitClosed, VisitBrokenOff, AmountAgreed)
def put_away_wallets(fact_id: UUID) -> None:
    """When a visit ends, or another amount is agreed, a QR that is still open is closed at the provider."""
    happened = Fact.objects.get(fact_id=fact_id)
    for payment in queries.payments_of_visit(actor=SYSTEM, visit_id=happened.subject_id):
        is_open = payment.tender == "wallet" and payment.state in queries.OPEN_TENDER
        if is_open and payment.opened_at <= happened.at:
            ended = give_up_wallet(payment_id=payment.id, actor=SYSTEM, at=clock.now())
            if ended.state == PaymentState.UNKNOWN:
                logger.warning("wallet_still_open", payment_id=str(payment.id))


@reaction(SettlementImported, queue="normal")
def match_lines(fact_id: UUID) -> None:
    """Match each line of a file whose owner is beyond doubt; the others wait for a person."""
    happened = Fact.objects.get(fact_id=fact_id)
    at = clock.now()
    for line_id in lines_to_match(file_id=happened.subject_id):
        found = certain_match(line_id=line_id)
        if isinstance(found, Payment):
            match_payment(line_id=line_id, payment_id=found.id, actor=SYSTEM, at=at)
        elif found is not None:
            match_deposit(line_id=line_id, deposit_id=found.id, actor=SYSTEM, at=at)


@reaction(PaymentMade, queue="normal")
def print_receipt(fact_id: UUID) -> None:
    """Make the PDF of the receipt; if it fails, the payment stands and the PDF is made at first opening."""
    happened = Fact.objects.get(fact_id=fact_id)
    payment = queries.payment(actor=SYSTEM, payment_id=happened.subject_id)
    receipt_pdf(receipt_id=payment.receipt.id, actor=SYSTEM, at=clock.now())


@reaction(ActivityReversed)
def void_receipts(fact_id: UUID) -> None:
    """When a payment is taken back its receipt is void; money that came without a visit has no receipt of ours."""
    happened = Fact.objects.get(fact_id=fact_id)
    if queries.has_receipt(payment_id=happened.subject_id):
        reason = str(json.loads(happened.body)["reason"])
        void_receipt(payment_id=happened.subject_id, reason=reason, actor=SYSTEM, at=clock.now())
        owe_cash_return(payment_id=happened.subject_id, reason=reason, actor=SYSTEM, at=clock.now())
