"""Cash between the bank and the agent, on the phone and at the office."""

from collections.abc import Iterator
from datetime import datetime

from django.test import Client

from koumen.agents import commands as agents
from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.ids import new_id
from koumen.payments import commands as payments
from koumen.payments import jobs
from koumen.payments.models import CashReturn
from koumen.payments.rules.settlement import Source
from koumen.visits.commands import leave
from tests import builders
from tests.pages.sight import Sight
from tests.payments.bags import a_bag, a_deposit, sent
from tests.payments.test_cash import pays
from tests.sites import doors
from tests.visits.stories import a_visit


def custody_sights(at: datetime) -> Iterator[Sight]:
    """A working day from the change money to the slip for the bank."""
    bag = a_bag(at)
    phone = doors.as_agent(bag.agent.person_id)
    desk = doors.as_staff(builders.a_person(at, role=Role.FINANCE))
    thing = agents.add_item(kind="card_terminal", serial="N9-100", actor=SYSTEM, at=at)
    agents.add_item(kind="printer", serial="P-7", actor=SYSTEM, at=at)
    agents.lend_item(item_id=thing.id, shift_id=bag.shift.id, actor=SYSTEM, at=at)
    yield Sight("agent-bag-empty", phone, "/agent/cash/")
    yield Sight("agent-shift-open-without", phone, "/agent/shift/open/")
    bag.fetched()
    yield Sight("console-float-new", desk, f"/console/finance/custody/floats/{bag.shift.id}/new/")
    offered = bag.offered(980_000)
    yield Sight("agent-shift-open", phone, "/agent/shift/open/")
    yield Sight("console-custody-float", desk, "/console/finance/custody/")
    bag.takes(offered, {10000: 98})
    yield Sight("agent-bag", phone, "/agent/cash/")
    yield Sight("agent-hand-in", phone, "/agent/cash/hand-in/")
    story = a_visit(at, agent=bag.agent).may_be_paid(30000)
    there = f"/agent/visits/{story.visit_id}/"
    yield Sight("agent-tender-ceiling", phone, there)
    yield Sight("agent-card", phone, f"{there}card/")
    payments.show_transfer(
        visit_id=story.visit_id, amount_minor=4000, key=new_id(), actor=story.visitor, at=story.now
    )
    yield Sight("agent-transfer", phone, there)
    payments.import_settlement(
        source=Source.BANK,
        content=b"date,amount,currency,reference,text\n2026-11-24,40.00,CNY,B7,x\n",
        actor=SYSTEM,
        at=at,
    )
    yield Sight("console-settlement", desk, "/console/finance/files/")
    yield Sight("agent-forged", phone, f"{there}forged/")
    payment = pays(story, {10000: 2})
    yield Sight("agent-paid-in-part", phone, there)
    for width in ("58", "80", "a5"):
        yield Sight(f"agent-receipt-{width}", phone, f"/agent/receipts/{payment.receipt.id}/{width}/")
    leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    credit.reverse_activity(activity_id=payment.id, reason="wrong_amount", actor=SYSTEM, at=story.now)
    jobs.void_receipts(Fact.objects.filter(kind="ActivityReversed").latest("id").fact_id)
    owed = CashReturn.objects.get(payment=payment)
    yield Sight("agent-give-back", phone, f"/agent/cash/returns/{owed.id}/")
    bag.handed_in(300_000)
    declared = bag.declares(700_000, is_final=True)
    yield Sight("agent-bag-waits", phone, "/agent/cash/")
    yield Sight("agent-shift-close", phone, "/agent/shift/close/")
    yield Sight("console-custody", desk, "/console/finance/custody/")
    yield Sight("console-hand-in", desk, f"/console/finance/hand-ins/{declared.id}/")
    yield Sight("console-equipment", desk, "/console/staff/equipment/")
    yield from _counted_although_none_came(at, desk)
    deposit = a_deposit(bag, 100_000)
    yield Sight("console-deposit", desk, f"/console/finance/deposits/{deposit.id}/")
    sent(deposit, at)
    yield Sight("console-deposit-sent", desk, f"/console/finance/deposits/{deposit.id}/")
    yield Sight("console-deposits", desk, "/console/finance/deposits/")
    yield Sight("console-hand-ins", desk, "/console/finance/hand-ins/")
    yield Sight("console-cash-fetch", desk, "/console/finance/custody/fetch/")


def _counted_although_none_came(at: datetime, desk: Client) -> Iterator[Sight]:
    """A payment taken back for want of notes that the last count has seen; one person says they are nobody's."""
    story = a_visit(at).may_be_paid(30000)
    payment = pays(story, {10000: 3})
    leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    a_bag(at, agent=story.agent).handed_in(30000, is_final=True)
    credit.reverse_activity(activity_id=payment.id, reason="told_twice", actor=SYSTEM, at=story.now)
    jobs.void_receipts(Fact.objects.filter(kind="ActivityReversed").latest("id").fact_id)
    there = f"/console/finance/custody/returns/{CashReturn.objects.get(payment=payment).id}/"
    yield Sight("console-custody-doubt", desk, "/console/finance/custody/")
    yield Sight("console-return-doubt", desk, there)
    desk.post(f"{there}claim/")
    yield Sight("console-return-claimed", desk, there)
