"""What customers say: an average with its number, and ratings without any word of whose they are."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from koumen.kit import clock
from koumen.visits import commands as visits
from koumen.visits.queries import afterwards
from koumen.web.ui.actors import actor_of
from koumen.web.ui.care_words import BLAME, PRAISE, all_words


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What may be read by now, newest first."""
    actor, at = actor_of(request), clock.now()
    average = afterwards.average_of(actor=actor, at=at)
    context = {
        "average": f"{float(average.stars):.1f}" if average and average.count else "",
        "count": average.count if average else 0,
        "ratings": [
            {
                "heard": one,
                "good": all_words(PRAISE, one.rating.good),
                "bad": all_words(BLAME, one.rating.bad),
            }
            for one in afterwards.own_ratings(actor=actor, at=at)
        ],
    }
    return render(request, "agent/ratings.html", context)


@login_required
@require_POST
def reply(request: HttpRequest, rating_id: UUID) -> HttpResponse:
    """One answer to one rating."""
    visits.reply_to_rating(
        rating_id=rating_id, words=request.POST.get("words", ""), actor=actor_of(request), at=clock.now()
    )
    return redirect("ratings")
