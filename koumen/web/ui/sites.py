"""The four sites on one port, told apart by the first part of the path."""

from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True)
class Site:
    """One of the four sites; ``prefix`` is where its pages and cookies live."""

    key: str
    prefix: str

    @property
    def urlconf(self) -> str:
        """The module that names this site's addresses."""
        return f"koumen.web.{self.key}.urls"

    @property
    def layout(self) -> str:
        """The template that pages shared by all sites extend."""
        return f"ui/{self.key}.html"

    @property
    def session_cookie(self) -> str:
        """The name of the cookie that carries this site's session."""
        return f"koumen_{self.key}"

    @property
    def csrf_cookie(self) -> str:
        """The name of the cookie that carries this site's form secret."""
        return f"koumen_{self.key}_form"


CUSTOMER = Site("customer", "/")
AGENT = Site("agent", "/agent/")
CONSOLE = Site("console", "/console/")
PUBLIC = Site("public", "/public/")
SITES: dict[str, Site] = {site.key: site for site in (CUSTOMER, AGENT, CONSOLE, PUBLIC)}
# Not pages: they have no session of a site. They keep the customer's addresses for reversing names.
NEUTRAL_PREFIXES = ("/static/", "/api/")


def site_of_path(path: str) -> Site:
    """The site whose prefix a path has; the customer's when none does."""
    return next((site for site in (AGENT, CONSOLE, PUBLIC) if path.startswith(site.prefix)), CUSTOMER)


def site_of(request: HttpRequest) -> Site:
    """The site this request is for."""
    site: Site = getattr(request, "site", None) or site_of_path(request.path)
    return site
