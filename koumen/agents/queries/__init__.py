"""Reading agents, their cards and their working days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import F, Q, QuerySet

from koumen.agents.models import Agent, Certificate, Item, Loan, Shift
from koumen.agents.permissions import loans_visible_to, may_keep_items, visible_to
from koumen.audit.command import lock, lock_by_ids, require
from koumen.conduct.queries import pack_row_on
from koumen.kit.actor import Actor
from koumen.kit.errors import Missing
from koumen.kit.place import Place


@dataclass(frozen=True)
class AgentCard:
    """What an agent wears on their badge: anyone whom they visit may read it. The name is revealed by person."""

    agent_id: UUID
    person_id: UUID
    staff_number: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True)
class WorkingDay:
    """One shift as planning needs it; ``certificates`` are the kinds valid on its date.

    ``ends_at`` is the end as it stands: earlier than planned when the agent cannot go on (``is_off``).
    Of a team: what either can do, speaks or carries, and the certificates that both hold.
    """

    shift_id: UUID
    agent_id: UUID
    date: date
    starts_at: datetime
    ends_at: datetime
    start: Place
    skills: frozenset[str]
    certificates: frozenset[str]
    version: int
    is_off: bool = False
    held_until: datetime | None = None  # the agent said: not on before then
    equipment: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    partner_id: UUID | None = None  # the second agent of a team
    is_joined: bool = False  # goes along with another day: no stops of its own

    @property
    def staff(self) -> int:
        """How many come."""
        return 2 if self.partner_id else 1

    @property
    def agent_ids(self) -> frozenset[UUID]:
        """Who comes."""
        return frozenset({self.agent_id, self.partner_id} - {None})  # type: ignore[arg-type]


def agent_of(actor: Actor) -> Agent:
    """The agent who acts; one query. Raises Missing("agent-not-found")."""
    agent = Agent.objects.filter(id=actor.agent_id).first() if actor.agent_id else None
    if agent is None:
        raise Missing("agent-not-found")
    return agent


def agent_id_of(*, person_id: UUID) -> UUID | None:
    """The agent whom a person is, if they are one; one query."""
    return Agent.objects.filter(person_id=person_id).values_list("id", flat=True).first()


def staff_numbers(*, person_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """The staff numbers of those of these persons who are agents; one query."""
    rows = Agent.objects.filter(person_id__in=list(person_ids))
    return dict(rows.values_list("person_id", "staff_number"))


def agent_card(*, agent_id: UUID) -> AgentCard:
    """The badge of one agent; one query. Raises Missing("agent-not-found")."""
    cards = agent_cards(agent_ids=[agent_id])
    if agent_id not in cards:
        raise Missing("agent-not-found")
    return cards[agent_id]


def agent_cards(*, agent_ids: Iterable[UUID]) -> Mapping[UUID, AgentCard]:
    """The badges of several agents; one query."""
    return {agent.id: _card(agent) for agent in Agent.objects.filter(id__in=list(agent_ids))}


def cards_of_shift(*, shift_id: UUID) -> list[AgentCard]:
    """The badges of those who come to the stops of a shift, the first first; two queries."""
    order = who_comes(shift_id=shift_id)
    known = agent_cards(agent_ids=order)
    return [known[agent_id] for agent_id in order]


@dataclass(frozen=True)
class Badge:
    """What anybody may know of whoever says this staff number at their door."""

    person_id: UUID
    staff_number: str
    comes_today: bool


def badge_on(*, staff_number: str, date: date) -> Badge | None:
    """Who has this number, and whether they may visit anybody on that day: on shift, and certified. Four queries."""
    agent = Agent.objects.filter(staff_number__iexact=staff_number.strip()).first()
    if agent is None:
        return None
    on_shift = Shift.objects.filter(agent=agent, date=date).exists()
    certificate = pack_row_on(date=date)[1].certificate
    certified = certificate is None or is_certified(agent_id=agent.id, kind=certificate, date=date)
    return Badge(agent.person_id, agent.staff_number, on_shift and certified)


def agents(*, actor: Actor) -> list[AgentCard]:
    """Every agent whom the actor may see, by staff number; one query."""
    return [_card(agent) for agent in visible_to(actor).order_by("staff_number")]


def _card(agent: Agent) -> AgentCard:
    return AgentCard(
        agent.id, agent.person_id, agent.staff_number, tuple(agent.skills), tuple(agent.languages)
    )


def shift_of(*, actor: Actor, agent_id: UUID, date: date) -> Shift | None:
    """An agent's shift on a day, if planned and visible; one query."""
    return Shift.objects.filter(agent__in=visible_to(actor), agent_id=agent_id, date=date).first()


def own_shift(*, actor: Actor, date: date) -> Shift:
    """The shift that the acting agent works on a day; one query. Raises Missing("shift-not-found")."""
    shift = shift_of(actor=actor, agent_id=actor.agent_id, date=date) if actor.agent_id else None
    if shift is None:
        raise Missing("shift-not-found")
    return shift


def shifts_on(*, actor: Actor, date: date) -> list[Shift]:
    """All shifts of a day with their agents, by staff number; one query."""
    shifts = Shift.objects.filter(agent__in=visible_to(actor), date=date)
    return list(shifts.select_related("agent").order_by("agent__staff_number"))


def is_certified(*, agent_id: UUID, kind: str, date: date) -> bool:
    """Whether a certificate is valid on a day, [from, to); one query."""
    valid = Q(certificates__kind=kind, certificates__valid_from__lte=date, certificates__valid_to__gt=date)
    return Agent.objects.filter(valid, id=agent_id).exists()


def certificates_on(*, agent_id: UUID, date: date) -> frozenset[str]:
    """The kinds of certificate an agent holds on a day, [from, to); one query."""
    kinds = Agent.objects.filter(
        id=agent_id, certificates__valid_from__lte=date, certificates__valid_to__gt=date
    ).values_list("certificates__kind", flat=True)
    return frozenset(kinds)


def who_comes(*, shift_id: UUID) -> list[UUID]:
    """The agents who come to the stops of a shift: one, or the two of a team, the first first; one query."""
    both = Shift.objects.filter(Q(id=shift_id) | Q(joined_to=shift_id)).order_by(
        F("joined_to").desc(nulls_first=True)
    )
    return list(both.values_list("agent_id", flat=True))


def working_days(*, from_date: date, to_date: date) -> list[WorkingDay]:
    """Every shift in [from, to) that has stops of its own; no personal data, shown to nobody. One query."""
    return _working_days(Shift.objects.filter(date__gte=from_date, date__lt=to_date, joined_to=None))


def working_days_of(*, shift_ids: Iterable[UUID]) -> list[WorkingDay]:
    """Some shifts that have stops of their own; one query. Shown to nobody."""
    return _working_days(Shift.objects.filter(id__in=list(shift_ids), joined_to=None))


@dataclass(frozen=True)
class DayDigest:
    """How many shifts a date has, and a digest of their ids and versions: another one when any of them changed."""

    shifts: int
    digest: int


@dataclass(frozen=True)
class DayVersion:
    """The version of a shift, with the shift to whose stops it goes, and the digest of the date at that moment."""

    shift_id: UUID
    leads: UUID
    version: int
    digest: int


# The database's own hash of a UUID with the version as its seed; bit_xor does not mind the order.
_DIGEST = "bit_xor(uuid_hash_extended(id, version))"


def day_digests(*, from_date: date, to_date: date) -> Mapping[date, DayDigest]:
    """The digests of the dates in [from, to) that have shifts, in order; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select date, count(*), {_DIGEST} from agents_shift"  # noqa: S608  (a constant)
            " where date >= %s and date < %s group by date order by date",
            [from_date, to_date],
        )
        return {day: DayDigest(shifts, digest) for day, shifts, digest in cursor.fetchall()}


def day_versions(*, dates: Iterable[date]) -> Mapping[date, list[DayVersion]]:
    """The versions of all shifts of some dates; one query."""
    found: dict[date, list[DayVersion]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"select date, id, coalesce(joined_to_id, id), version, {_DIGEST} over (partition by date)"  # noqa: S608
            " from agents_shift where date = any(%s)",
            [list(dates)],
        )
        for day, *version in cursor.fetchall():
            found.setdefault(day, []).append(DayVersion(*version))
    return found


def working_day(*, shift_id: UUID) -> WorkingDay:
    """One shift as planning needs it; one query. Raises Missing("shift-not-found")."""
    days = _working_days(Shift.objects.filter(id=shift_id))
    if not days:
        raise Missing("shift-not-found")
    return days[0]


def _working_days(shifts: QuerySet[Shift]) -> list[WorkingDay]:
    rows = (
        shifts.annotate(held=_certificates("agent__"), held_too=_certificates("partner__agent__"))
        .select_related("agent", "partner__agent")
        .order_by("date", "agent_id")
    )
    return [
        working_day_from(shift, getattr(shift, "partner", None), shift.held, shift.held_too) for shift in rows
    ]


def _certificates(whose: str) -> ArrayAgg:
    """The kinds that an agent holds on the day of the shift; two joins make rows twice, so each kind once."""
    valid = Q(
        **{
            f"{whose}certificates__valid_from__lte": F("date"),
            f"{whose}certificates__valid_to__gt": F("date"),
        }
    )
    return ArrayAgg(f"{whose}certificates__kind", filter=valid, default=[], distinct=True)


def working_day_from(
    shift: Shift, joined: Shift | None, held: Iterable[str] = (), held_too: Iterable[str] = ()
) -> WorkingDay:
    """A shift, and the one that goes along with it, as planning needs them; with the certificates held; no query."""
    both = [shift, joined] if joined else [shift]
    return WorkingDay(
        shift_id=shift.id,
        agent_id=shift.agent_id,
        date=shift.date,
        starts_at=shift.starts_at,
        ends_at=min([shift.ends_at, *(one.off_from for one in both if one.off_from)]),
        start=Place(shift.start_latitude, shift.start_longitude),
        skills=frozenset(skill for one in both for skill in one.agent.skills),
        certificates=frozenset(held) & frozenset(held_too) if joined else frozenset(held),
        version=shift.version,
        equipment=frozenset(kind for one in both for kind in one.equipment),
        languages=frozenset(code for one in both for code in one.agent.languages),
        partner_id=joined.agent_id if joined else None,
        is_off=any(one.off_from for one in both),
        held_until=max((one.held_until for one in both if one.held_until), default=None),
        is_joined=shift.joined_to_id is not None,
    )


def lock_shift(shift_id: UUID) -> Shift:
    """Lock a working day for this transaction; one query. Raises Missing("shift-not-found")."""
    return lock(Shift.objects.all(), missing="shift-not-found", id=shift_id)


def lock_shifts(shift_ids: set[UUID]) -> Mapping[UUID, Shift]:
    """Lock several working days in the order of their ids; one query. Raises Missing("shift-not-found")."""
    found = lock_by_ids(Shift.objects.all(), shift_ids)
    if len(found) != len(shift_ids):
        raise Missing("shift-not-found")
    return {shift.id: shift for shift in found.values()}


@dataclass(frozen=True)
class Roster:
    """One agent with the newest certificate of each kind and the shifts of the days asked about."""

    agent: Agent
    certificates: tuple[Certificate, ...]
    shifts: tuple[Shift, ...]

    @property
    def agent_id(self) -> UUID:
        """Whose roster it is."""
        return self.agent.id


def roster(*, actor: Actor, from_date: date, to_date: date) -> list[Roster]:
    """Every agent the actor may see, by staff number, with shifts in [from, to); three queries."""
    people = list(visible_to(actor).order_by("staff_number"))
    newest = Certificate.objects.filter(agent__in=people).order_by("agent_id", "kind", "-valid_to")
    shifts = Shift.objects.filter(agent__in=people, date__gte=from_date, date__lt=to_date).order_by("date")
    held: dict[UUID, list[Certificate]] = {}
    for certificate in newest.distinct("agent_id", "kind"):
        held.setdefault(certificate.agent_id, []).append(certificate)
    planned: dict[UUID, list[Shift]] = {}
    for shift in shifts:
        planned.setdefault(shift.agent_id, []).append(shift)
    return [Roster(one, tuple(held.get(one.id, ())), tuple(planned.get(one.id, ()))) for one in people]


def shift(*, actor: Actor, shift_id: UUID) -> Shift:
    """One working day with its agent; one query. Raises Missing("shift-not-found")."""
    found = Shift.objects.filter(agent__in=visible_to(actor), id=shift_id).select_related("agent").first()
    if found is None:
        raise Missing("shift-not-found")
    return found


def shift_in_hand(*, actor: Actor, agent_id: UUID, date: date) -> Shift | None:
    """The working day that an agent is in: an earlier one that was never closed comes first; one query.

    Who forgot to hand in yesterday does so before today begins.
    """
    days = Shift.objects.filter(agent__in=visible_to(actor), agent_id=agent_id, closed_at__isnull=True)
    open_before = Q(opened_at__isnull=False, date__lte=date)
    return days.filter(open_before | Q(date=date)).order_by("date").first()


def had_item(*, agent_id: UUID, item_id: UUID, kind: str, at: datetime) -> bool:
    """Whether a thing of this kind was in an agent's hands at a moment; one query. Shown to nobody."""
    lent = Loan.objects.filter(agent_id=agent_id, item_id=item_id, item__kind=kind, lent_at__lte=at)
    return lent.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=at)).exists()


def loans_of(*, actor: Actor, agent_id: UUID) -> list[Loan]:
    """What an agent has with them, by kind and serial number; one query."""
    lent = loans_visible_to(actor).filter(agent_id=agent_id, ended_at__isnull=True)
    return list(lent.select_related("item").order_by("item__kind", "item__serial"))


@dataclass(frozen=True)
class Kept:
    """A thing, and who has it; ``loan`` is None while it is in the house."""

    item: Item
    loan: Loan | None


def items(*, actor: Actor) -> list[Kept]:
    """Every thing with its holder, by kind and serial number; two queries. Raises Denied("agents-not-yours")."""
    require(actor.is_staff or may_keep_items(actor), "agents-not-yours")
    lent = {
        loan.item_id: loan
        for loan in Loan.objects.filter(ended_at__isnull=True).select_related("agent", "shift")
    }
    things = Item.objects.order_by("kind", "serial")
    return [Kept(thing, lent.get(thing.id)) for thing in things]


def open_shifts(*, actor: Actor, date: date) -> list[Shift]:
    """The days that are not closed, of today or opened before, with their agents; one query."""
    days = Shift.objects.filter(agent__in=visible_to(actor), closed_at__isnull=True)
    wanted = days.filter(Q(date=date) | Q(opened_at__isnull=False, date__lt=date))
    return list(wanted.select_related("agent").order_by("agent__staff_number", "date"))
