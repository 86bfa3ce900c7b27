"""What each kind of act becomes: the command that the agent's page would have called, at the moment that counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.audit.commands import record
from koumen.devices.commands.alarming import alarm
from koumen.devices.events import NumbersStated, StopOpenedOffline
from koumen.devices.models import Device, DeviceAct
from koumen.devices.queries import missing_numbers, seal_key
from koumen.devices.rules import bodies
from koumen.devices.rules.alarms import AlarmKind, SetAside
from koumen.devices.rules.bodies import OpenReason, one_of
from koumen.devices.rules.envelope import Kind, SignedAct
from koumen.devices.rules.sealing import belongs_to, open_word
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Invalid
from koumen.payments.commands import OfflineTender, post_offline_cash
from koumen.visits import commands as visits
from koumen.visits.rules.outcomes import ConfirmedOn, Means, ProofResult
from koumen.visits.rules.reasons import TurnBackReason
from koumen.visits.rules.will import Company, Payer, WillAnswers
from koumen.visits.rules.word import CardWord


@dataclass(frozen=True, kw_only=True)
class Turn:
    """An act whose turn it is; ``teller`` books its money, and is the person who decided where one did."""

    device: Device
    act: SignedAct
    counted_at: datetime
    at: datetime
    teller: Actor = SYSTEM

    @property
    def visit_id(self) -> UUID:
        """The visit it is about; raises Invalid("act-unreadable") when it names none."""
        if self.act.visit_id is None:
            raise Invalid("act-unreadable", field="visit")
        return self.act.visit_id

    @property
    def agent(self) -> Actor:
        """Whose phone it is, as who acts."""
        return Actor(Role.AGENT, self.device.agent.person_id, agent_id=self.device.agent_id)


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What came of it: done, with the payment it became, or for a person to decide."""

    payment_id: UUID | None = None
    set_aside: SetAside | None = None


DONE = Applied()


def apply_act(turn: Turn) -> Applied:
    """Call the act's command, in the caller's transaction; raises what that command raises."""
    return _OF_KIND[turn.act.kind](turn)


def _set_out(turn: Turn) -> Applied:
    visits.set_out(visit_id=turn.visit_id, actor=turn.agent, at=turn.counted_at)
    return DONE


def _turn_back(turn: Turn) -> Applied:
    reason = one_of(TurnBackReason, bodies.read_word(turn.act.body, "reason"))
    visits.turn_back(visit_id=turn.visit_id, reason=reason, actor=turn.agent, at=turn.counted_at)
    return DONE


def _opened(turn: Turn) -> Applied:
    event = StopOpenedOffline(
        subject_id=turn.visit_id,
        device_id=turn.device.id,
        reason=one_of(OpenReason, bodies.read_word(turn.act.body, "reason")),
    )
    record(event, actor=turn.agent, at=turn.counted_at)
    return DONE


def _arrive(turn: Turn) -> Applied:
    arrival = visits.arrive(visit_id=turn.visit_id, actor=turn.agent, at=turn.counted_at)
    return DONE if arrival.is_allowed else Applied(set_aside=SetAside.MAY_NOT_KNOCK)


def _pictures(turn: Turn) -> Applied:
    matched = bodies.read_truth(turn.act.body, "matched")
    visits.confirm_pictures(visit_id=turn.visit_id, matched=matched, actor=turn.agent, at=turn.counted_at)
    return DONE


def _identity(turn: Turn) -> Applied:
    """A card was compared by the agent; a year of birth was sealed, and is compared here."""
    means = one_of(Means, bodies.read_word(turn.act.body, "means"))
    year, matched = None, True
    if means is Means.BIRTH_YEAR:
        bound = belongs_to(device=str(turn.device.id), visit=str(turn.visit_id), word="birth_year")
        said = open_word(bodies.read_sealed(turn.act.body, "sealed"), key=seal_key(), bound=bound) or ""
        year = int(said) if said.isascii() and said.isdigit() and len(said) == 4 else 0  # noqa: PLR2004  (of a year)
    else:
        matched = bodies.read_truth(turn.act.body, "matched")
    result = visits.prove_customer(
        visit_id=turn.visit_id,
        means=means,
        birth_year=year,
        matched=matched,
        actor=turn.agent,
        at=turn.counted_at,
    )
    if result is not ProofResult.PROVEN and means is Means.BIRTH_YEAR:
        return Applied(set_aside=SetAside.NOT_PROVEN)
    return DONE


def _will(turn: Turn) -> Applied:
    """A doubt is an answer too: it stops the next amount, and not the act."""
    body = turn.act.body
    answers = WillAnswers(
        company=one_of(Company, bodies.read_word(body, "company")),
        understands=bodies.read_truth(body, "understands"),
        is_free=bodies.read_truth(body, "is_free"),
        payer=one_of(Payer, bodies.read_word(body, "payer")),
    )
    visits.check_will(visit_id=turn.visit_id, answers=answers, actor=turn.agent, at=turn.counted_at)
    return DONE


def _agree(turn: Turn) -> Applied:
    agreed = bodies.read_agreed(turn.act.body)
    visits.agree_amount(
        visit_id=turn.visit_id,
        quote_id=agreed.quote_id,
        amount_minor=agreed.amount_minor,
        confirmed_on=ConfirmedOn.AGENTS_PHONE,
        surplus_wanted=agreed.surplus_wanted,
        key=turn.act.key,
        actor=turn.agent,
        at=turn.counted_at,
    )
    return DONE


def _cash(turn: Turn) -> Applied:
    cash = bodies.read_cash(turn.act.body)
    payment = post_offline_cash(
        tender=OfflineTender(
            visit_id=turn.visit_id,
            agent_id=turn.device.agent_id,
            notes_in=cash.notes_in,
            notes_out=cash.notes_out,
            amount_minor=cash.amount_minor,
            currency=cash.currency,
            tendered_at=turn.counted_at,
            series=turn.device.code,
            number=cash.receipt_number,
            word=_card_word(turn, cash),
        ),
        key=turn.act.key,
        actor=turn.teller,
        at=turn.at,
    )
    return Applied(payment_id=payment.id)


def _card_word(turn: Turn, cash: bodies.Cash) -> CardWord | None:
    """The code of the door card, opened; sealed for another visit, amount or receipt it does not open."""
    if cash.card is None:
        return None
    bound = belongs_to(
        device=str(turn.device.id),
        visit=str(turn.visit_id),
        word="door_card",
        amount_minor=cash.amount_minor,
        currency=cash.currency,
        receipt=cash.receipt_number,
    )
    return CardWord(cash.card.number, open_word(cash.card.sealed, key=seal_key(), bound=bound))


def _no_answer(turn: Turn) -> Applied:
    visits.no_answer(visit_id=turn.visit_id, actor=turn.agent, at=turn.counted_at)
    return DONE


def _break_off(turn: Turn) -> Applied:
    reason = bodies.read_word(turn.act.body, "reason")
    visits.break_off(visit_id=turn.visit_id, reason=reason, actor=turn.agent, at=turn.counted_at)
    return DONE


def _leave(turn: Turn) -> Applied:
    visits.leave(visit_id=turn.visit_id, actor=turn.agent, at=turn.counted_at)
    return DONE


def _numbers(turn: Turn) -> Applied:
    """The device states how far it has come; what of it is not here is counted."""
    stated, device = bodies.read_numbers(turn.act.body), turn.device
    device.stated_receipt, device.stated_at = stated.last_receipt, turn.counted_at
    device.save(update_fields=["stated_receipt", "stated_at"])
    used = DeviceAct.objects.filter(device=device, receipt_number__isnull=False)
    missing = missing_numbers(
        {number or 0 for number in used.values_list("receipt_number", flat=True)}, stated=stated.last_receipt
    )
    record(
        NumbersStated(
            subject_id=device.id,
            last_receipt=stated.last_receipt,
            last_sequence=stated.last_sequence,
            missing_receipts=len(missing),
        ),
        actor=turn.agent,
        at=turn.counted_at,
    )
    if missing:
        alarm(device.id, AlarmKind.RECEIPT_GAP, missing[0], actor=turn.agent, at=turn.at)
    return DONE


_OF_KIND: Mapping[Kind, Callable[[Turn], Applied]] = {
    Kind.SET_OUT: _set_out,
    Kind.TURN_BACK: _turn_back,
    Kind.OPENED: _opened,
    Kind.ARRIVE: _arrive,
    Kind.PICTURES: _pictures,
    Kind.IDENTITY: _identity,
    Kind.WILL: _will,
    Kind.AGREE: _agree,
    Kind.CASH: _cash,
    Kind.NO_ANSWER: _no_answer,
    Kind.BREAK_OFF: _break_off,
    Kind.LEAVE: _leave,
    Kind.NUMBERS: _numbers,
}
