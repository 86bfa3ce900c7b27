"""Entering many customers at once: sealed here, written by COPY. Whoever calls records one fact for the batch."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.conf import settings
from django.db import connection

from koumen.kit.actor import Role
from koumen.people.rules import vault
from koumen.people.rules.details import PersonalDetails

_NO_PASSWORD = "!"  # noqa: S105  (Django's mark for "no password fits")


@dataclass(frozen=True, kw_only=True)
class NewCustomer:
    """One customer to be entered; ids are chosen by the caller, the phone is E.164 already."""

    person_id: UUID
    customer_id: UUID
    number: str
    details: PersonalDetails
    language: str
    elder_mode: bool
    latitude: float | None
    longitude: float | None


def enter_customers(customers: Sequence[NewCustomer], *, at: datetime) -> int:
    """Enter persons with keys, sealed documents, blind indexes and customers; returns how many. Five statements."""
    keys = {one.person_id: vault.new_key(settings.KOUMEN_MASTER_KEY, one.person_id) for one in customers}
    roles = json.dumps([Role.CUSTOMER])
    _copy(
        "people_person (id, password, roles, is_active, language, elder_mode, created_at)",
        ((one.person_id, _NO_PASSWORD, roles, True, one.language, one.elder_mode, at) for one in customers),
    )
    _copy(
        "people_personkey (person_id, wrapped, master_version)",
        ((person_id, key.wrapped, vault.MASTER_VERSION) for person_id, key in keys.items()),
    )
    _copy(
        "people_personaldata (person_id, version, sealed, at)",
        (
            (
                one.person_id,
                1,
                vault.seal_document(keys[one.person_id].clear, one.person_id, 1, one.details),
                at,
            )
            for one in customers
        ),
    )
    _copy("people_blindindex (person_id, kind, digest)", chain.from_iterable(map(_indexes, customers)))
    _copy(
        "people_customer (id, person_id, number, latitude, longitude, created_at)",
        ((one.customer_id, one.person_id, one.number, one.latitude, one.longitude, at) for one in customers),
    )
    return len(customers)


def _indexes(one: NewCustomer) -> Iterable[tuple[object, ...]]:
    indexes = vault.indexes_of(settings.KOUMEN_INDEX_KEY, one.details)
    return [(one.person_id, kind, digest) for kind, digest in indexes.items()]


def _copy(target: str, rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {target} from stdin") as copy:
        for row in rows:
            copy.write_row(row)
