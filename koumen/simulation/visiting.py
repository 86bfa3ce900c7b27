"""A day in the town: visits booked, walked to their ends, called off or still to come, by the real commands.

What happens to a visit is decided by the seed, the day and the customer; how far it has got, by the clock. So a
second start finds everything done, and a later one brings the day up to date.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from koumen.agents import queries as agent_queries
from koumen.branch.queries import this_branch
from koumen.credit import queries as credit
from koumen.credit.commands.quoting import make_quote
from koumen.dispatch.commands import Taken, TakeRequest, take
from koumen.dispatch.queries import Asked, request_for, slots
from koumen.dispatch.rules.slot import Slot
from koumen.dispatch.rules.wish import VisitWish
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Refusal
from koumen.kit.money import CURRENCIES, Money
from koumen.payments.commands import open_wallet, pay_cash, settle_wallet
from koumen.payments.queries import payments_of_visit, remaining_minor
from koumen.payments.rules.wallet import Charge, ChargeState
from koumen.people.queries import actor_for, persons_by_phone
from koumen.simulation.lives import LIVES
from koumen.simulation.town import Resident, Town, first_elder
from koumen.visits import commands as visits
from koumen.visits import queries as visit_queries
from koumen.visits.rules.booking import InitiatedBy
from koumen.visits.rules.outcomes import ConfirmedOn, Means
from koumen.visits.rules.reasons import CancelReason
from koumen.visits.states import VisitState

LEAST_MINOR = 5_000  # nobody calls an agent for less than 50 yuan
MOST_MINOR = 90_000  # one agent alone carries little cash
BETWEEN_VISITS = timedelta(minutes=9)

Progress = Callable[[str, int, int], None]


class Story(StrEnum):
    """What becomes of a visit."""

    PAID = "paid"
    CANCELLED = "cancelled"
    NOBODY = "nobody"
    ASKED_TO_LEAVE = "asked_to_leave"
    PICTURES_DIFFER = "pictures_differ"


@dataclass(frozen=True)
class Guest:
    """A customer who has a visit that day."""

    resident: Resident
    actor: Actor
    customer_id: UUID


@dataclass(frozen=True)
class Step:
    """One thing that is done at a visit at a moment."""

    state: VisitState
    at: datetime
    act: Callable[[datetime], object]


def book_day(town: Town, day: date, *, asked_at: datetime, most: int, progress: Progress) -> int:
    """Book visits of a day for customers who have none yet; says how many are new."""
    taken = {visit.customer_id for visit in visit_queries.visits_of_day(actor=SYSTEM, date=day)}
    new, guests = 0, _guests(town, day, most)
    for done, guest in enumerate(guests, start=1):
        if guest.customer_id not in taken:
            new += _book(town, guest, day, asked_at)
        progress(f"visits {day:%m-%d}", done, len(guests))
    return new


def _guests(town: Town, day: date, most: int) -> list[Guest]:
    """Who is visited that day: as many as the agents on duty can well do, never those with a login."""
    random = _random(town, day)
    on_duty = len(agent_queries.shifts_on(actor=SYSTEM, date=day))
    others = [resident for place, resident in enumerate(town.customers) if place not in {0, 4, *LIVES}]
    return [guest_of(resident) for resident in random.sample(others, min(most, on_duty * 2 + on_duty // 3))]


def guest_of(resident: Resident) -> Guest:
    """A customer of the town as somebody who acts."""
    (person,) = persons_by_phone(resident.phone)
    actor = actor_for(person, Role.CUSTOMER)
    if actor.customer_id is None:
        raise LookupError(resident.phone)
    return Guest(resident, actor, actor.customer_id)


def _book(town: Town, guest: Guest, day: date, asked_at: datetime) -> int:
    random = _random(town, day, guest.resident.phone)
    account = credit.accounts_of(actor=guest.actor, customer_id=guest.customer_id)[0]
    owed = credit.owed(actor=guest.actor, account_id=account.id, at=asked_at)
    wanted = random.choice((owed.minimum_minor, owed.bill_minor, owed.bill_minor, owed.all_minor))
    wanted = min(wanted // 10 * 10, MOST_MINOR)
    if wanted < LEAST_MINOR:
        return 0
    wish = VisitWish(wants_cash=random.random() < 0.65)  # noqa: PLR2004  (old people like cash)
    offered = _offered(guest, wish, Money(wanted, owed.currency), day, asked_at)
    if not offered and wish.wants_cash:  # who has no team to bring cash to pays by telephone
        wish = VisitWish()
        offered = _offered(guest, wish, Money(wanted, owed.currency), day, asked_at)
    if not offered:
        return 0
    slot = random.choice(offered)
    taken = take(
        booking=TakeRequest(
            customer_id=guest.customer_id,
            account_id=account.id,
            slot=slot,
            wanted_minor=wanted,
            currency=owed.currency,
            wish=wish,
        ),
        key=_key(town, day, guest.resident.phone, slot.key),
        actor=guest.actor,
        at=asked_at,
    )
    return int(isinstance(taken, Taken))


def _offered(guest: Guest, wish: VisitWish, wanted: Money, day: date, at: datetime) -> list[Slot]:
    asked = Asked(
        customer_id=guest.customer_id,
        wish=wish,
        wanted_minor=wanted.minor,
        currency=wanted.currency,
        from_date=day,
        days=1,
    )
    return slots(actor=guest.actor, request=request_for(asked), at=at)


def ask_for_elder(town: Town, *, today: date, at: datetime) -> None:
    """The daughter asks for a visit to her mother, who has yet to say yes; once while nothing is planned."""
    elder = guest_of(first_elder(town.customers))
    if visit_queries.coming_visits(actor=elder.actor):
        return
    (person,) = persons_by_phone(town.relative.phone)
    relative = actor_for(person, Role.RELATIVE)
    asked = Asked(
        customer_id=elder.customer_id,
        wish=VisitWish(wants_cash=True),
        wanted_minor=30_000,
        currency=this_branch().currency,
        from_date=today + timedelta(days=1),
        days=6,
    )
    offered = slots(actor=relative, request=request_for(asked), at=at)
    if not offered:
        return
    take(
        booking=TakeRequest(
            customer_id=elder.customer_id,
            account_id=credit.account_for_request(customer_id=elder.customer_id),
            slot=offered[0],
            wanted_minor=asked.wanted_minor,
            currency=asked.currency,
            wish=asked.wish,
            initiated_by=InitiatedBy.DELEGATE,
        ),
        key=_key(town, today, town.relative.phone, offered[0].key),
        actor=relative,
        at=at,
    )


def live_day(town: Town, day: date, *, now: datetime, most: int, progress: Progress) -> None:
    """Walk the visits of a day as far as the clock has got; those that people tried out are left alone."""
    guests = {guest.customer_id: guest for guest in _guests(town, day, most)}
    found = [v for v in visit_queries.visits_of_day(actor=SYSTEM, date=day) if v.customer_id in guests]
    free_at: dict[UUID, datetime] = {}
    for done, visit in enumerate(found, start=1):
        guest = guests[visit.customer_id]
        random = _random(town, day, guest.resident.phone, "life")
        story = random.choices(tuple(Story), (78, 8, 6, 5, 3))[0]
        starts = max(visit.window_from, free_at.get(visit.agent_id, visit.window_from))
        arrives = starts + timedelta(minutes=random.randint(1, 11))
        if story is not Story.CANCELLED:
            free_at[visit.agent_id] = arrives + timedelta(minutes=12) + BETWEEN_VISITS
        _walk(visit.id, _Walk(visit, guest, random).steps(story, arrives), now)
        progress(f"life {day:%m-%d}", done, len(found))


def _walk(visit_id: UUID, steps: Sequence[Step], now: datetime) -> None:
    """Do what is due, from where the visit stands; a refusal ends the story there, as it would in life."""
    for step in steps:
        if step.at > now:
            return
        state = VisitState(visit_queries.visit(actor=SYSTEM, visit_id=visit_id).state)
        if state is not step.state:
            continue
        try:
            step.act(step.at)
        except Refusal:
            return


class _Walk:
    """The steps of one visit, as the customer and the agent would do them on their screens."""

    def __init__(self, visit: Any, guest: Guest, random: Random) -> None:
        self.visit, self.customer, self.random = visit, guest.actor, random
        self.agent = Actor(Role.AGENT, visit.agent.person_id, agent_id=visit.agent_id)
        self.key = stable_key(f"{visit.id}")

    def steps(self, story: Story, arrives: datetime) -> list[Step]:
        """What happens when; states say from where each step goes on."""
        if story is Story.CANCELLED:
            before = self.visit.window_from - timedelta(minutes=90)
            return [Step(VisitState.BOOKED, before, self._cancel)]
        here = [
            Step(VisitState.BOOKED, self.visit.window_from - timedelta(minutes=25), self._set_out),
            Step(VisitState.ON_THE_WAY, arrives, self._arrive),
        ]
        minute = {n: arrives + timedelta(minutes=n) for n in range(1, 12)}
        if story is Story.NOBODY:
            return [*here, Step(VisitState.AT_THE_DOOR, minute[11], self._nobody)]
        if story is Story.PICTURES_DIFFER:
            return [*here, Step(VisitState.AT_THE_DOOR, minute[1], self._differ)]
        here += [Step(VisitState.AT_THE_DOOR, minute[2], self._prove)]
        if story is Story.ASKED_TO_LEAVE:
            return [*here, Step(VisitState.PROVEN, minute[4], self._asked_to_leave)]
        return [
            *here,
            Step(VisitState.PROVEN, minute[4], self._agree),
            Step(VisitState.AGREED, minute[5], self._say_code),
            Step(VisitState.AGREED, minute[7], self._pay),
            Step(VisitState.PAID, minute[9], self._leave),
        ]

    def _cancel(self, at: datetime) -> None:
        visits.cancel_visit(visit_id=self.visit.id, reason=CancelReason.UNWELL, actor=self.customer, at=at)

    def _set_out(self, at: datetime) -> None:
        visits.set_out(visit_id=self.visit.id, actor=self.agent, at=at)

    def _arrive(self, at: datetime) -> None:
        visits.arrive(visit_id=self.visit.id, actor=self.agent, at=at)

    def _nobody(self, at: datetime) -> None:
        visits.no_answer(visit_id=self.visit.id, actor=self.agent, at=at)

    def _differ(self, at: datetime) -> None:
        visits.confirm_pictures(visit_id=self.visit.id, matched=False, actor=self.customer, at=at)
        visits.break_off(visit_id=self.visit.id, reason="pictures_differ", actor=self.customer, at=at)

    def _prove(self, at: datetime) -> None:
        if visit_queries.visit(actor=SYSTEM, visit_id=self.visit.id).proven_at is None:
            self._compare(at)
        visits.prove_customer(visit_id=self.visit.id, means=Means.IDENTITY_CARD, actor=self.agent, at=at)

    def _compare(self, at: datetime) -> None:
        try:
            visits.confirm_pictures(visit_id=self.visit.id, matched=True, actor=self.customer, at=at)
        except Refusal as refusal:
            if refusal.code != "pictures-already-compared":
                raise

    def _asked_to_leave(self, at: datetime) -> None:
        visits.break_off(visit_id=self.visit.id, reason="asked_to_leave", actor=self.agent, at=at)

    def _agree(self, at: datetime) -> None:
        quote = make_quote(account_id=self.visit.account_id, actor=self.customer, at=at)
        visits.agree_amount(
            visit_id=self.visit.id,
            quote_id=quote.id,
            amount_minor=min(self.visit.wanted_minor, quote.all_minor // 10 * 10),
            confirmed_on=ConfirmedOn.OWN_SCREEN,
            key=self.key,
            actor=self.customer,
            at=at,
        )

    def _say_code(self, at: datetime) -> None:
        if visit_queries.open_agreement(self._now()) is None:
            said = visit_queries.release_code(actor=self.customer, visit_id=self.visit.id)
            visits.enter_code(visit_id=self.visit.id, code=said, actor=self.agent, at=at)

    def _pay(self, at: datetime) -> None:
        opened = [p for p in payments_of_visit(actor=SYSTEM, visit_id=self.visit.id) if p.state == "pending"]
        amount = opened[0].amount_minor if opened else remaining_minor(self._now())
        if self.visit.wants_cash:
            notes = notes_for(amount, self.visit.currency)
            pay_cash(
                visit_id=self.visit.id, notes_in=notes, notes_out={}, key=self.key, actor=self.agent, at=at
            )
            return
        payment = open_wallet(
            visit_id=self.visit.id, amount_minor=amount, key=self.key, actor=self.agent, at=at
        )
        charge = Charge(
            payment_id=payment.id,
            state=ChargeState.PAID,
            amount_minor=amount,
            currency=self.visit.currency,
            reference=f"W{payment.id.hex[-12:].upper()}",
            paid_at=at,
        )
        settle_wallet(charge=charge, actor=SYSTEM, at=at)

    def _leave(self, at: datetime) -> None:
        visits.leave(visit_id=self.visit.id, actor=self.agent, at=at)

    def _now(self) -> Any:
        return visit_queries.visit(actor=SYSTEM, visit_id=self.visit.id)


def notes_for(amount_minor: int, currency: str) -> dict[int, int]:
    """The fewest notes and coins that make an amount."""
    notes: dict[int, int] = {}
    for value in CURRENCIES[currency].notes:
        pieces, amount_minor = divmod(amount_minor, value)
        if pieces:
            notes[value] = pieces
    return notes


def at_hour(day: date, hour: int) -> datetime:
    """An hour of a day where the branch stands, in UTC."""
    return datetime.combine(day, time(hour), this_branch().zone).astimezone(UTC)


def _random(town: Town, day: date, *more: str) -> Random:
    return Random(f"koumen.day.{town.seed}.{day.isoformat()}.{'.'.join(more)}")  # noqa: S311  (invented lives)


def _key(town: Town, day: date, phone: str, slot: str) -> UUID:
    return stable_key(f"{town.seed}.{day}.{phone}.{slot}")


def stable_key(text: str) -> UUID:
    """A key that is the same at every start."""
    return uuid5(NAMESPACE_URL, f"koumen.demo.{text}")
