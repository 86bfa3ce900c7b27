"""Reading the registry."""

from datetime import date
from functools import cache

from django.conf import settings

from koumen.branch.models import Branch, Holiday
from koumen.kit.errors import Missing


def holidays_between(*, from_date: date, to_date: date) -> frozenset[date]:
    """The public holidays of the branch's country in [from, to); one query."""
    rows = Holiday.objects.filter(country=this_branch().country, date__gte=from_date, date__lt=to_date)
    return frozenset(rows.values_list("date", flat=True))


@cache
def this_branch() -> Branch:
    """The branch this process serves; one query, the first time. Raises Missing("branch-not-found")."""
    branch = Branch.objects.select_related("lender").filter(schema=settings.KOUMEN_BRANCH).first()
    if branch is None:
        raise Missing("branch-not-found", branch=settings.KOUMEN_BRANCH)
    return branch
