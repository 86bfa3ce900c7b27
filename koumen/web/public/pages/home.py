"""How the service works, in plain words, with the rules against fraud."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first public page."""
    return render(request, "public/home.html")
