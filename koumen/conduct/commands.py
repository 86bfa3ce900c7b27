"""Storing packs and asking them."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from koumen.audit.command import command, require
from koumen.audit.commands import record
from koumen.conduct.events import PackStored, RulingGiven
from koumen.conduct.models import PolicyPack, Ruling
from koumen.conduct.permissions import may_store_packs
from koumen.conduct.queries import pack_row_on
from koumen.conduct.rules.acts import Act, Circumstances
from koumen.conduct.rules.ask import decide
from koumen.conduct.rules.pack import read_pack
from koumen.kit.actor import Actor
from koumen.kit.canonical import digest
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict

PACKS = Path(__file__).resolve().parent / "packs"


@command
def store_pack(*, content: Mapping[str, Any], actor: Actor, at: datetime) -> PolicyPack:
    """Store a policy pack for good; the same version with the same content is the one already there.

    Records PackStored. Raises Denied("packs-not-yours"), Invalid("pack-…"), or Conflict("pack-version-taken")
    when the version exists with other content: a change is a new version.
    """
    require(may_store_packs(actor), "packs-not-yours")
    pack, wanted = read_pack(content), digest(content)
    known = PolicyPack.objects.filter(name=pack.name, version=pack.version).first()
    if known is not None:
        if bytes(known.digest) != wanted:
            raise Conflict("pack-version-taken", name=pack.name, version=pack.version)
        return known
    row = PolicyPack.objects.create(
        name=pack.name,
        version=pack.version,
        content=dict(content),
        digest=wanted,
        effective_from=pack.effective_from,
        effective_to=pack.effective_to,
    )
    record(PackStored(subject_id=row.id, pack=pack.name, version=pack.version), actor=actor, at=at)
    return row


@command
def store_base_pack(*, actor: Actor, at: datetime) -> PolicyPack:
    """Store the pack that comes with the product: an example, to be checked by the lender's lawyer."""
    return store_pack(content=json.loads((PACKS / "base.json").read_text("utf-8")), actor=actor, at=at)


@command
def ask(
    *, act: Act, subject_id: UUID, moment: datetime, circumstances: Circumstances, actor: Actor, at: datetime
) -> Ruling:
    """Ask the pack of that day whether an act may happen; the answer is stored, a DENY too.

    The caller must not act on a DENY, and must return it as an outcome so that the evidence stays.
    Records RulingGiven. Raises Missing("pack-not-found").
    """
    row, pack = pack_row_on(date=local_date(moment, circumstances.zone))
    decision = decide(pack, act, moment, circumstances)
    ruling = Ruling.objects.create(
        act=act,
        subject_id=subject_id,
        verdict=decision.verdict,
        reasons=[str(reason) for reason in decision.reasons],
        pack=row,
        at=moment,
        asked_at=at,
    )
    record(RulingGiven(subject_id=ruling.id, act=act, verdict=decision.verdict), actor=actor, at=at)
    return ruling
