"""Wishes that no slot met, and a visit every month: so that a demonstration shows where times are missing."""

from datetime import date, datetime, timedelta
from random import Random

from koumen.credit import queries as credit
from koumen.dispatch.commands import StandingRequest, agree_standing, make_wish
from koumen.dispatch.queries import missing_slots, standings_of
from koumen.dispatch.rules.slot import PartOfDay
from koumen.dispatch.rules.standing import StandingRule
from koumen.dispatch.rules.wish import VisitWish
from koumen.kit.actor import SYSTEM
from koumen.simulation.lives import LIVES
from koumen.simulation.town import Town
from koumen.simulation.visiting import guest_of

WISHES = 14
# Daughters come home in the evening: that is when old people would like to be visited.
PARTS = (PartOfDay.EVENING, PartOfDay.EVENING, PartOfDay.MORNING, PartOfDay.MIDDAY)
HOURS = {PartOfDay.EVENING: 18, PartOfDay.MORNING: 8, PartOfDay.MIDDAY: 12}


def wish_and_agree(town: Town, *, today: date, at: datetime) -> None:
    """Some wish for times that there are not, and one agrees to a visit each month; once."""
    week = today + timedelta(days=7)
    if missing_slots(actor=SYSTEM, from_date=today - timedelta(days=28), to_date=week).wishes:
        return
    random = Random(f"koumen.wishes.{town.seed}")  # noqa: S311  (invented lives)
    others = [resident for place, resident in enumerate(town.customers) if place not in {0, 4, *LIVES}]
    guests = [guest_of(resident) for resident in random.sample(others, WISHES)]
    for guest in guests:
        part = random.choice(PARTS)
        make_wish(
            customer_id=guest.customer_id,
            date=today + timedelta(days=random.randint(1, 6)),
            part_of_day=part,
            hour=random.choice((HOURS[part], None)),
            actor=guest.actor,
            at=at,
        )
    first = guests[0]
    if not standings_of(actor=first.actor, customer_id=first.customer_id):
        account = credit.accounts_of(actor=first.actor, customer_id=first.customer_id)[0]
        rule = StandingRule(part_of_day=PartOfDay.MORNING, amount="bill", days_before=3)
        request = StandingRequest(
            customer_id=first.customer_id, account_id=account.id, rule=rule, wish=VisitWish(same_person=True)
        )
        agree_standing(request=request, actor=first.actor, at=at)
