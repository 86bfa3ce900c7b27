"""What acts about money become: payments, a transfer to be matched, a forged note, a second person's count."""

from collections.abc import Mapping

from koumen.devices.commands.turns import DONE, Applied, Turn
from koumen.devices.rules import bodies
from koumen.devices.rules.alarms import SetAside
from koumen.payments import commands as payments
from koumen.visits import commands as visits
from koumen.visits import queries
from koumen.visits.rules.outcomes import CodeResult, ConfirmedOn


def agree(turn: Turn) -> Applied:
    """On the phone turned to the customer, or typed by the agent with a reason that the office sees."""
    agreed = bodies.read_agreed(turn.act.body)
    visits.agree_amount(
        visit_id=turn.visit_id,
        quote_id=agreed.quote_id,
        amount_minor=agreed.amount_minor,
        confirmed_on=ConfirmedOn.ASSISTED if agreed.assisted_reason else ConfirmedOn.AGENTS_PHONE,
        assisted_reason=agreed.assisted_reason,
        surplus_wanted=agreed.surplus_wanted,
        key=turn.act.key,
        actor=turn.agent,
        at=turn.counted_at,
    )
    return DONE


def cash(turn: Turn) -> Applied:
    """Never refused for anything but its arithmetic."""
    said = bodies.read_cash(turn.act.body)
    tender = _tender(turn, said, notes_in=said.notes_in, notes_out=said.notes_out)
    payment = payments.post_offline_cash(tender=tender, key=turn.act.key, actor=turn.teller, at=turn.at)
    return Applied(payment_id=payment.id)


def card(turn: Turn) -> Applied:
    """The terminal has approved it: the acquirer owes us the money whatever the visit says."""
    said = bodies.read_card(turn.act.body)
    tender = _tender(turn, said)
    slip = payments.Slip(item_id=said.terminal_id, approval_code=said.approval_code, last_four=said.last_four)
    payment = payments.post_offline_card(
        tender=tender, slip=slip, key=turn.act.key, actor=turn.teller, at=turn.at
    )
    return Applied(payment_id=payment.id)


def _tender(
    turn: Turn, said: bodies.Cash | bodies.Card, **counted: Mapping[int, int]
) -> payments.OfflineTender:
    """With the customer's word, where the door card gave one; ``counted`` are the notes of cash."""
    return payments.OfflineTender(
        visit_id=turn.visit_id,
        agent_id=turn.device.agent_id,
        amount_minor=said.amount_minor,
        currency=said.currency,
        tendered_at=turn.counted_at,
        series=turn.device.code,
        number=said.receipt_number,
        word=turn.card_word(
            said.card, amount_minor=said.amount_minor, currency=said.currency, receipt=said.receipt_number
        ),
        **counted,
    )


def transfer(turn: Turn) -> Applied:
    """Nothing has moved yet, so that it needs the customer's word as it does with a signal.

    A wrong word is counted, as a typed one is.
    """
    said = bodies.read_transfer(turn.act.body)
    visit = queries.visit(actor=turn.agent, visit_id=turn.visit_id)
    if said.card is not None and queries.open_agreement(visit) is None:
        word = turn.card_word(
            said.card, amount_minor=said.amount_minor, currency=said.currency, code=said.code
        )
        code = word.code if word and word.number == visit.card_number else None
        result = visits.enter_code(
            visit_id=turn.visit_id, code=code or "", actor=turn.agent, at=turn.counted_at
        )
        if result is not CodeResult.RIGHT:
            return Applied(set_aside=SetAside.CODE_WRONG)
    payment = payments.show_transfer(
        visit_id=turn.visit_id,
        amount_minor=said.amount_minor,
        code=said.code,
        key=turn.act.key,
        actor=turn.agent,
        at=turn.counted_at,
    )
    return Applied(payment_id=payment.id)


def forged(turn: Turn) -> Applied:
    """It pays nothing; one that was kept gets the number of its slip now."""
    said = bodies.read_forged(turn.act.body)
    payments.write_forged_note(
        visit_id=turn.visit_id,
        seen=payments.SeenNote(
            denomination_minor=said.denomination_minor, serial=said.serial, outcome=said.outcome
        ),
        key=turn.act.key,
        actor=turn.agent,
        at=turn.counted_at,
    )
    return DONE


def witness(turn: Turn) -> Applied:
    """The second of a team says what was counted; it may come before the first one's phone tells of the cash."""
    said = bodies.read_witnessed(turn.act.body)
    payments.witness_cash(
        visit_id=turn.visit_id,
        amount_minor=said.amount_minor,
        currency=said.currency,
        key=turn.act.key,
        actor=turn.agent,
        at=turn.counted_at,
    )
    return DONE
