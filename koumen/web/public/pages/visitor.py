"""Is this the person whom you sent? By the link that only the customer holds, and the number on the badge."""

import base64
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from koumen.agents.queries.portraits import portrait_bytes
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.people.commands import reveal
from koumen.visits.queries.afterwards import visit_by_link
from koumen.visits.queries.visitors import visitor_by_link
from koumen.visits.rules.links import Purpose
from koumen.web.public.pages.genuine import BadgeForm
from koumen.web.ui.limits import is_allowed, too_many


@require_http_methods(["GET", "POST"])
def visitor(request: HttpRequest, token: str) -> HttpResponse:
    """Name and photo once link and badge fit, while somebody of ours is on the way; else nothing at all."""
    at = clock.now()
    visit_by_link(token=token, purpose=Purpose.VISITOR)
    form = BadgeForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        if not (is_allowed(request, "badge") and is_allowed(request, "visitor", key=token)):
            return too_many(request, "visitor")
        context["is_asked"] = True
        found = visitor_by_link(token=token, staff_number=form.cleaned_data["badge"], at=at)
        if found:
            card, portrait = found
            named = reveal(person_ids=[card.person_id], purpose="visitor-by-link", actor=SYSTEM, at=at)
            context |= {"card": card, "name": named[card.person_id].given_name}
            if portrait:  # in the page itself: there is no address under which a stranger could ask for it
                packed = base64.b64encode(portrait_bytes(portrait)).decode()
                context["photos"] = (f"data:image/jpeg;base64,{packed}",)
    return render(request, "public/visitor.html", context)
