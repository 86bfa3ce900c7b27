"""Importing the outlines of a branch's districts."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from koumen.audit.command import command, require
from koumen.audit.commands import record
from koumen.branch.queries import this_branch
from koumen.dispatch.events import DistrictsImported
from koumen.dispatch.models import DistrictMap
from koumen.dispatch.permissions import may_set_travel
from koumen.dispatch.rules.districts import District, read_districts
from koumen.kit.actor import Actor
from koumen.kit.errors import Invalid
from koumen.kit.place import Place


def import_districts(*, file: Path, name_field: str, actor: Actor, at: datetime) -> DistrictMap:
    """Read the outlines of districts from a GeoJSON file; the same file again adds nothing.

    When something is refused nothing has changed. Records DistrictsImported. Raises Denied("travel-not-yours"),
    Invalid("district-file-not-found" | "district-file-unreadable" | "district-unreadable" | "districts-elsewhere").
    """
    try:
        content = file.read_bytes()
    except OSError:
        raise Invalid("district-file-not-found", field="file", file=str(file)) from None
    try:
        document = json.loads(content)
    except ValueError:
        raise Invalid("district-file-unreadable", field="file", problem="no JSON") from None
    digest = hashlib.sha256(content + name_field.encode()).hexdigest()
    return store_districts(districts=read_districts(document, name_field), digest=digest, actor=actor, at=at)


@command
def store_districts(*, districts: Sequence[District], digest: str, actor: Actor, at: datetime) -> DistrictMap:
    """Let these be the districts from now on; the branch's own place must lie in one. ``digest``: of where they are from.

    Records DistrictsImported. Raises Denied("travel-not-yours") or Invalid("districts-elsewhere").
    """
    require(may_set_travel(actor), "travel-not-yours")
    branch, newest = this_branch(), DistrictMap.objects.order_by("-imported_at", "-id").first()
    if newest and newest.source_digest == digest:
        return newest
    here = Place(branch.latitude, branch.longitude)
    if not any(district.holds(here) for district in districts):
        raise Invalid("districts-elsewhere", field="file")
    row = DistrictMap.objects.create(
        source_digest=digest,
        districts=[{"name": district.name, "rings": district.rings} for district in districts],
        imported_at=at,
    )
    imported = DistrictsImported(subject_id=row.id, digest=digest, districts=len(districts))
    record(imported, actor=actor, at=at)
    return row
