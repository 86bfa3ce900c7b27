"""Writing the registry: done by whoever sets a branch up, before its own schema records any fact."""

from dataclasses import dataclass
from datetime import date

import holidays
from django.db import transaction

from koumen.branch.models import Branch, Holiday, Lender
from koumen.kit.ids import new_id


@dataclass(frozen=True, kw_only=True)
class BranchOpening:
    """What must be known of a branch; ``language`` is that of its letters and receipts."""

    schema: str
    lender_name: str
    lender_name_en: str
    lender_address: str
    registration_number: str
    name: str
    name_en: str
    zone_name: str
    currency: str
    country: str
    language: str
    help_phone: str
    latitude: float
    longitude: float


@transaction.atomic
def open_branch(opening: BranchOpening) -> Branch:
    """Enter a branch and its lender in the registry; a second time returns the first."""
    found = Branch.objects.filter(schema=opening.schema).first()
    if found:
        return found
    lender = Lender.objects.filter(registration_number=opening.registration_number).first()
    lender = lender or Lender.objects.create(
        id=new_id(),
        name=opening.lender_name,
        name_en=opening.lender_name_en,
        address=opening.lender_address,
        registration_number=opening.registration_number,
    )
    return Branch.objects.create(
        schema=opening.schema,
        lender=lender,
        name=opening.name,
        name_en=opening.name_en,
        zone_name=opening.zone_name,
        currency=opening.currency,
        country=opening.country,
        language=opening.language,
        help_phone=opening.help_phone,
        latitude=opening.latitude,
        longitude=opening.longitude,
    )


def store_holidays(*, country: str, first_year: int, last_year: int) -> int:
    """Enter a country's public holidays; returns how many are new."""
    calendar = holidays.country_holidays(country, years=range(first_year, last_year + 1))
    rows = [Holiday(country=country, date=_plain(day), name=name) for day, name in calendar.items()]
    before = Holiday.objects.filter(country=country).count()
    Holiday.objects.bulk_create(rows, ignore_conflicts=True)
    return Holiday.objects.filter(country=country).count() - before


def _plain(day: date) -> date:
    return date(day.year, day.month, day.day)
