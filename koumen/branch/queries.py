"""Reading the registry."""

from functools import cache

from django.conf import settings

from koumen.branch.models import Branch
from koumen.kit.errors import Missing


@cache
def this_branch() -> Branch:
    """The branch this process serves; one query, the first time. Raises Missing("branch-not-found")."""
    branch = Branch.objects.select_related("lender").filter(schema=settings.KOUMEN_BRANCH).first()
    if branch is None:
        raise Missing("branch-not-found", branch=settings.KOUMEN_BRANCH)
    return branch
