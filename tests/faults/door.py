"""Visits without a signal in a bad world: everything that can go wrong between a door and the books, by chance.

One seed, one world. What the phones did is kept here as the truth; what the server makes of it is compared at the end.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from unittest.mock import patch
from uuid import UUID

from koumen.credit import commands as credit
from koumen.devices import commands, jobs
from koumen.devices.commands import settling
from koumen.devices.rules.alarms import RevokeReason
from koumen.devices.rules.envelope import Kind, SignedAct, item_of
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.errors import Refusal
from koumen.kit.ids import new_id
from koumen.ledger.commands import account_for
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.rules.entries import EntryKind
from koumen.simulation.phone import CashCount, Phone
from koumen.visits import commands as visits
from koumen.visits.rules.cards import CardWay
from koumen.visits.rules.reasons import CancelReason
from tests import builders
from tests.devices.phones import ADMINISTRATOR, a_phone, device_of, leaves
from tests.payments.bags import Bag, a_bag
from tests.visits.stories import MINUTE, Story, a_visit

VISITS_A_PHONE = 10
HOUR = timedelta(hours=1)


class PowerCut(BaseException):
    """The server stops in the middle; it is nobody's error and nobody catches it."""


@dataclass
class World:
    """Phones, their visits, what was really done, and what has reached the server at least once."""

    at: datetime
    chance: Random
    phones: list[Phone] = field(default_factory=list)
    stories: dict[UUID, Story] = field(default_factory=dict)
    agent_of: dict[UUID | None, UUID] = field(default_factory=dict)
    arrived: dict[bytes, SignedAct] = field(default_factory=dict)
    paid_elsewhere: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    bags: list[Bag] = field(default_factory=list)
    # by agent: change money taken, what was counted at hand-ins, and the differences that were booked
    custody: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    faults: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def happens(self, name: str, likelihood: float) -> bool:
        """Whether a misfortune strikes; counted, so that a run can show that it met them."""
        if self.chance.random() >= likelihood:
            return False
        self.faults[name] += 1
        return True


def live_through(*, visits_wanted: int, seed: int, at: datetime) -> World:
    """A day of visits, three days of uploads, and the office that settles what it can."""
    world = World(at=at, chance=Random(seed))  # noqa: S311  (a world, no secret)
    for number in range(-(-visits_wanted // VISITS_A_PHONE)):
        _a_day(world, min(VISITS_A_PHONE, visits_wanted - number * VISITS_A_PHONE))
    moment = at + 3 * HOUR
    for _ in range(4):
        for phone in world.phones:
            with _power_cuts(world):
                _uploads(world, phone, moment)
        moment += HOUR
        jobs.settle_all(at=moment)
        for bag in world.bags:
            _hands_in(world, bag, moment)
    for phone in world.phones:  # back in the office: all of it, in order, from phones that still live
        if phone.device_id is not None and not world.happens("phone_never_comes_back", 0.05):
            _sends(world, phone.done, moment)
    moment += 3 * HOUR
    jobs.settle_all(at=moment)
    world.at = moment
    return world


def _a_day(world: World, count: int) -> None:
    """One agent with a phone and some visits, each with its own misfortunes."""
    agent = builders.an_agent(world.at)
    phone = a_phone(agent, world.at)
    world.phones.append(phone)
    world.agent_of[phone.device_id] = agent.id
    bag = a_bag(world.at, agent=agent)
    world.bags.append(bag)
    if world.happens("change_money", 0.5):
        bag.fetched(20000).taken(20000)
        world.custody[agent.id] += 20000
    if world.happens("clock_off", 0.3):
        phone.clock_off = timedelta(seconds=world.chance.randint(-7200, 7200))
        known = world.chance.random() < 0.7
        phone.offset_ms = -int(phone.clock_off.total_seconds() * 1000) if known else None
    for _ in range(count):
        story = a_visit(world.at, owed_minor=world.chance.randrange(20000, 200000, 1000), agent=agent)
        world.stories[story.visit_id] = story
        codes = _card(world, story)
        _meanwhile(world, story)
        _visit(world, phone, story, codes)
    if world.happens("device_revoked", 0.1):
        commands.revoke_device(
            device_id=device_of(phone).id, reason=RevokeReason.LOST, actor=ADMINISTRATOR, at=world.at
        )
    elif world.happens("agent_left", 0.05):
        leaves(agent)


def _card(world: World, story: Story) -> dict[int, str]:
    if world.happens("no_door_card", 0.3):
        return {}
    issued = visits.issue_door_card(
        customer_id=story.home.id, way=CardWay.COUNTER, actor=builders.staff(Role.DISPATCHER), at=world.at
    )
    return {line.number: line.code for line in issued.lines}


def _meanwhile(world: World, story: Story) -> None:
    """What the phone cannot know of."""
    if world.happens("called_off_meanwhile", 0.05):
        visits.cancel_visit(
            visit_id=story.visit_id, reason=CancelReason.CHANGED_MIND, actor=story.customer, at=world.at
        )
    if world.happens("paid_elsewhere", 0.08):
        amount = world.chance.randrange(1000, 30000, 500)
        world.paid_elsewhere[story.account_id] += amount
        credit.apply_payment(
            account_id=story.account_id,
            received=credit.Received(
                payment_id=new_id(),
                amount_minor=amount,
                debit_account_id=account_for(kind=AccountKind.BANK, currency="CNY").id,
                entry_kind=EntryKind.TRANSFER_IN,
                tendered_at=world.at,
            ),
            actor=SYSTEM,
            at=world.at,
        )


def _visit(world: World, phone: Phone, story: Story, codes: dict[int, str]) -> None:
    """What really happens at the door."""
    chance, visit_id = world.chance, story.visit_id
    door = story.visit.window_from + chance.randint(0, 50) * MINUTE
    if world.happens("forgot_to_set_out", 0.03):
        pass
    else:
        phone.does(Kind.SET_OUT, at=world.at, visit_id=visit_id)
    if world.happens("turned_back", 0.03):
        phone.does(Kind.TURN_BACK, at=door, visit_id=visit_id, reason="road")
        return
    phone.does(Kind.ARRIVE, at=door, visit_id=visit_id)
    if world.happens("nobody_opened", 0.06):
        phone.does(Kind.NO_ANSWER, at=door + 6 * MINUTE, visit_id=visit_id)
        return
    phone.does(Kind.PICTURES, at=door, visit_id=visit_id, matched=not world.happens("pictures_differ", 0.03))
    phone.does(Kind.IDENTITY, at=door, visit_id=visit_id, means="identity_card", matched=True)
    if world.happens("broken_off", 0.05):
        phone.does(Kind.BREAK_OFF, at=door + MINUTE, visit_id=visit_id, reason="changed_mind")
        return
    _money(world, phone, story, codes, door)
    if not world.happens("forgot_to_leave", 0.05):
        phone.does(Kind.LEAVE, at=door + 9 * MINUTE, visit_id=visit_id)


def _money(world: World, phone: Phone, story: Story, codes: dict[int, str], door: datetime) -> None:
    """One or two tenders, with the right code, a wrong one or none."""
    chance, visit_id = world.chance, story.visit_id
    pieces = chance.randint(1, 12)
    quote = credit.make_quote(account_id=story.account_id, actor=SYSTEM, at=world.at)
    phone.does(
        Kind.AGREE,
        at=door + MINUTE,
        visit_id=visit_id,
        amount_minor=pieces * 10000,
        currency="CNY",
        quote=str(quote.id),
        surplus=chance.random() < 0.5,
    )
    card = (1, codes[1]) if codes else None
    if card and world.happens("wrong_code", 0.1):
        card = (chance.randint(1, 12), f"{chance.randrange(10**6):06d}")
    first = chance.randint(1, pieces)
    for part in (first, pieces - first) if world.happens("split_tender", 0.15) else (pieces,):
        if part:
            count = CashCount(amount_minor=part * 10000, notes_in={10000: part, 5000: 1}, notes_out={5000: 1})
            phone.takes_cash(count, visit_id=visit_id, at=door + 2 * MINUTE, card=card)
            if world.happens("receipt_number_skipped", 0.01):
                phone.last_receipt += 1
            if world.happens("receipt_number_again", 0.01):
                phone.last_receipt -= 1


# --- on the way to the server ---------------------------------------------------------------------------


def _uploads(world: World, phone: Phone, moment: datetime) -> None:
    """Some of what it has, in a bad order, twice, with changed copies among them; or the customer's copy of a receipt."""
    chance = world.chance
    if world.happens("no_signal", 0.4):
        return
    some = [act for act in phone.done if chance.random() < 0.6]
    if world.happens("shuffled", 0.5):
        chance.shuffle(some)
    if world.happens("sent_twice", 0.5):
        some += some[: len(some) // 2]
    if some and world.happens("changed_on_its_way", 0.4):
        act = chance.choice(some)
        forged = item_of(act.text.replace('"v":1', '"v":1 '), act.signature)
        swapped = item_of(act.text.replace('"n":', '"n":9'), act.signature)
        jobs.take_upload([forged, swapped, "rubbish"], carried_by="device", actor=SYSTEM, at=moment)
    if some and world.happens("phone_copied", 0.1):
        some.append(_rival(phone, chance.choice(some)))
    cash = [act for act in phone.done if act.kind is Kind.CASH]
    if cash and world.happens("carried_by_the_customer", 0.3):
        _sends(world, [chance.choice(cash)], moment, carried_by="customer")
    _sends(world, some, moment)


def _rival(phone: Phone, act: SignedAct) -> SignedAct:
    """The same number, signed again with another content by a copy of the phone: cash that was really taken."""
    twin = Phone(
        key=phone.key,
        device_id=phone.device_id,
        pack_id=phone.pack_id,
        sequence=act.sequence - 1,
        last_hash=act.previous,
        last_receipt=phone.last_receipt + 500,
    )
    return twin.takes_cash(
        CashCount(amount_minor=10000, notes_in={10000: 1}), visit_id=act.visit_id or new_id(), at=act.said_at
    )


def _sends(world: World, acts: list[SignedAct], moment: datetime, *, carried_by: str = "device") -> None:
    items: list[object] = [item_of(act.text, act.signature) for act in acts]
    for act in acts:
        world.arrived[act.hash] = act
    jobs.take_upload(items, carried_by=carried_by, actor=SYSTEM, at=moment)


@contextmanager
def _power_cuts(world: World) -> Iterator[None]:
    """Now and then the server stops after an act has done everything but commit."""
    post = settling.post

    def cut(*args: object, **kwargs: object) -> object:
        done = post(*args, **kwargs)  # type: ignore[arg-type]
        if world.happens("power_cut", 0.02):
            raise PowerCut
        return done

    with patch.object(settling, "post", cut), suppress(PowerCut):
        yield


def _hands_in(world: World, bag: Bag, moment: datetime) -> None:
    """A part of the cash to the office: what the books say, or what is really there, which they do not know yet."""
    if not world.happens("hand_in", 0.3):
        return
    bag.now = moment
    known = bag.in_hand // 5000 * 5000
    counted = known + world.chance.choice((0, 0, 0, 5000, 10000))
    if counted:
        row = bag.handed_in(counted)
        world.custody[bag.agent.id] += (row.difference_minor or 0) - counted


def decide_all(world: World) -> None:
    """Finance books every cash that waits; what is refused even then stays set aside."""
    from koumen.devices.models import DeviceAct

    finance = builders.staff(Role.FINANCE)
    for row in DeviceAct.objects.filter(state="quarantined", kind="cash", is_genuine=True).order_by(
        "sequence"
    ):
        try:
            commands.post_set_aside(act_id=row.id, actor=finance, at=world.at)
        except Refusal:
            world.faults["still_refused"] += 1
