"""What each kind of act becomes: the command that the agent's page would have called, at the moment that counts."""

from collections.abc import Callable, Mapping

from koumen.audit.commands import record
from koumen.devices.commands import applying_money as money
from koumen.devices.commands.alarming import alarm
from koumen.devices.commands.turns import DONE, Applied, Turn
from koumen.devices.events import NumbersStated, StopOpenedOffline
from koumen.devices.models import DeviceAct
from koumen.devices.queries import missing_numbers
from koumen.devices.rules import bodies
from koumen.devices.rules.alarms import AlarmKind, SetAside
from koumen.devices.rules.bodies import OpenReason, one_of
from koumen.devices.rules.envelope import Kind
from koumen.visits import commands as visits
from koumen.visits.rules.follow_ups import Question
from koumen.visits.rules.outcomes import CheckInResult, Means, ProofResult
from koumen.visits.rules.points import Moment
from koumen.visits.rules.reasons import TurnBackReason
from koumen.visits.rules.will import Company, Payer, WillAnswers


def apply_act(turn: Turn) -> Applied:
    """Call the act's command, in the caller's transaction; raises what that command raises."""
    return _OF_KIND[turn.act.kind](turn)


def _at_place(turn: Turn, moment: Moment) -> Applied:
    """Where the phone was, sealed beside the act; without a place, or with one that nobody can read, it is done too."""
    said = turn.opened(turn.act.beside, word="place", moment=str(moment))
    point = bodies.read_place(said) if said else None
    if point is not None:
        visits.prove_place(
            visit_id=turn.visit_id, moment=moment, point=point, actor=turn.agent, at=turn.counted_at
        )
    return DONE


def _set_out(turn: Turn) -> Applied:
    visits.set_out(visit_id=turn.visit_id, actor=turn.agent, at=turn.counted_at)
    return _at_place(turn, Moment.SET_OUT)


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
    return (
        _at_place(turn, Moment.ARRIVED) if arrival.is_allowed else Applied(set_aside=SetAside.MAY_NOT_KNOCK)
    )


def _pictures(turn: Turn) -> Applied:
    matched = bodies.read_truth(turn.act.body, "matched")
    visits.confirm_pictures(visit_id=turn.visit_id, matched=matched, actor=turn.agent, at=turn.counted_at)
    return DONE


def _identity(turn: Turn) -> Applied:
    """A card was compared by the agent; a year of birth was sealed, and is compared here."""
    means = one_of(Means, bodies.read_word(turn.act.body, "means"))
    year, matched = None, True
    if means is Means.BIRTH_YEAR:
        said = turn.opened(bodies.read_sealed(turn.act.body, "sealed"), word="birth_year") or ""
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
        payer_name=turn.opened(turn.act.beside, word="payer") or "",
    )
    visits.check_will(visit_id=turn.visit_id, answers=answers, actor=turn.agent, at=turn.counted_at)
    return DONE


def _question(turn: Turn) -> Applied:
    """The words came sealed beside the act; without them the question is still one."""
    about = one_of(Question, bodies.read_word(turn.act.body, "about"))
    words = turn.opened(turn.act.beside, word="question") or ""
    visits.note_follow_up(
        visit_id=turn.visit_id, about=about, words=words, actor=turn.agent, at=turn.counted_at
    )
    return DONE


def _sign(turn: Turn) -> Applied:
    """The number of the agent, sealed: the phone never knew whether it says all is well or calls for help."""
    number = turn.opened(bodies.read_sealed(turn.act.body, "sealed"), word="sign") or ""
    result = visits.check_in(visit_id=turn.visit_id, number=number, actor=turn.agent, at=turn.counted_at)
    return DONE if result is CheckInResult.RIGHT else Applied(set_aside=SetAside.SIGN_UNKNOWN)


def _no_answer(turn: Turn) -> Applied:
    visits.no_answer(visit_id=turn.visit_id, actor=turn.agent, at=turn.counted_at)
    return _at_place(turn, Moment.LEFT)


def _break_off(turn: Turn) -> Applied:
    reason = bodies.read_word(turn.act.body, "reason")
    visits.break_off(visit_id=turn.visit_id, reason=reason, actor=turn.agent, at=turn.counted_at)
    return _at_place(turn, Moment.LEFT)


def _leave(turn: Turn) -> Applied:
    visits.leave(visit_id=turn.visit_id, actor=turn.agent, at=turn.counted_at)
    return _at_place(turn, Moment.LEFT)


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
    Kind.AGREE: money.agree,
    Kind.CASH: money.cash,
    Kind.CARD: money.card,
    Kind.TRANSFER: money.transfer,
    Kind.FORGED: money.forged,
    Kind.WITNESS: money.witness,
    Kind.QUESTION: _question,
    Kind.SIGN: _sign,
    Kind.NO_ANSWER: _no_answer,
    Kind.BREAK_OFF: _break_off,
    Kind.LEAVE: _leave,
    Kind.NUMBERS: _numbers,
}
