"""What customers say of visits: averages with their numbers, words to look at, other hours, unanswered questions."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from koumen.agents import queries as agents
from koumen.kit import clock
from koumen.kit.actor import Actor
from koumen.people.commands import reveal
from koumen.visits import commands as visits
from koumen.visits.permissions import may_moderate_ratings
from koumen.visits.queries import afterwards
from koumen.visits.rules.ratings import Moderation
from koumen.web.console.pages.frame import page
from koumen.web.console.pages.words import MODERATIONS, word
from koumen.web.ui.actors import actor_of, signed_in
from koumen.web.ui.care_words import BLAME, HOURS, PRAISE, all_words
from koumen.web.ui.csv_files import csv_file

# A quarter: long enough to count wishes, short enough that they are still wished for.
WISHES_OF = timedelta(days=90)


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Averages, wishes and ratings; every agent's name by one reading."""
    actor, at = actor_of(request), clock.now()
    moderation = request.GET.get("words", "")
    heard = afterwards.ratings(actor=actor, moderation=moderation)
    averages, waiting = afterwards.averages(actor=actor), afterwards.open_handovers(actor=actor)
    ids = {one.agent_id for one in averages} | {one.rating.visit.agent_id for one in heard}
    cards = agents.agent_cards(agent_ids=ids)
    people = [card.person_id for card in cards.values()]
    people += [one.visit.customer.person_id for one in waiting]
    names = reveal(person_ids=people, purpose="console-ratings", actor=actor, at=at)
    spoken = {key: f"{names[card.person_id].given_name} {card.staff_number}" for key, card in cards.items()}
    context = {
        "averages": [
            {
                "agent": spoken[one.agent_id],
                "stars": f"{float(one.average.stars):.2f}",
                "count": one.average.count,
            }
            for one in averages
        ],
        "wishes": [
            {"word": word(HOURS, hour), "count": count}
            for hour, count in afterwards.hours_wished(actor=actor, since=at - WISHES_OF)
        ],
        "ratings": [_shown(one, spoken, actor) for one in heard],
        "moderation": moderation,
        "moderations": [(key, word(MODERATIONS, key)) for key in Moderation],
        "waiting": [{"handover": one, "customer": names[one.visit.customer.person_id]} for one in waiting],
    }
    return page(request, "ratings", "ratings", context)


def _shown(one: afterwards.Heard, spoken: dict[UUID, str], actor: Actor) -> dict[str, Any]:
    return {
        "heard": one,
        "agent": spoken[one.rating.visit.agent_id],
        "good": all_words(PRAISE, one.rating.good),
        "bad": all_words(BLAME, one.rating.bad),
        "hours": all_words(HOURS, one.rating.hours),
        "moderation": word(MODERATIONS, one.rating.moderation),
        "may_moderate": bool(one.words) and may_moderate_ratings(actor),
    }


@signed_in
@require_GET
def home_csv(request: HttpRequest) -> HttpResponseBase:
    """Ratings by visit and staff number, without words."""
    heard = afterwards.ratings(actor=actor_of(request), limit=10_000)
    return csv_file(
        "ratings",
        ("rated_at", "visit", "staff_number", "stars", "good", "bad", "hours", "words"),
        (
            (
                one.rating.rated_at,
                one.rating.visit.number,
                one.rating.visit.agent.staff_number,
                one.rating.stars,
                " ".join(one.rating.good),
                " ".join(one.rating.bad),
                " ".join(one.rating.hours),
                one.rating.moderation,
            )
            for one in heard
        ),
    )


@signed_in
@require_POST
def moderate(request: HttpRequest, rating_id: UUID) -> HttpResponse:
    """Words are shown, or not."""
    visits.moderate_rating(
        rating_id=rating_id,
        is_shown=request.POST.get("shown") == "yes",
        actor=actor_of(request),
        at=clock.now(),
    )
    return redirect("ratings")
