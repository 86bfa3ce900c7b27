"""Proving the chain: every block again from the facts it names, and nothing slipped in behind it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from struct import pack
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, Sum

from koumen.audit.command import require
from koumen.audit.models import Fact, Seal
from koumen.audit.permissions import may_read_chain
from koumen.kit.actor import Actor

POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
FIRST_LINK = hashlib.sha256(b"koumen.seal.1").digest()

# A sealed-late fact may be as old as a transaction can live (transaction_timeout of the roles) and no older.
_BEHIND = """
select f.id, f.id <= s.floor_id or pg_visible_in_snapshot(f.xid, s.snap) as behind
from audit_fact f, (select * from audit_seal order by no desc limit 1) s
where not (select coalesce(range_agg(r), '{}') from audit_seal, unnest(ids) r) @> f.id
  and (f.id <= s.floor_id or pg_visible_in_snapshot(f.xid, s.snap) or f.recorded_at < s.at - interval '15 minutes')
order by f.id limit 100
"""


@dataclass
class ChainReport:
    """What the proof saw; ``faults`` are sentences naming block or fact."""

    blocks: int = 0
    facts: int = 0
    unsealed: int = 0
    head: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify_chain(on_block: Callable[[int, int], None] = lambda done, of: None) -> ChainReport:
    """Recompute every block; two SQL queries a block and three more. Reads only.

    A chain alone cannot show that its newest blocks were cut off, or that everything after a point was
    written again: compare ``head`` with the one published elsewhere.
    """
    report = ChainReport()
    blocks = Seal.objects.count()
    previous = FIRST_LINK
    for seal in _seals():
        previous = _check_block(seal, previous, report)
        on_block(report.blocks, blocks)
    report.head = previous.hex()
    report.unsealed = Fact.objects.count() - report.facts
    report.faults += _slipped_in()
    return report


def _seals() -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select no, prev_hash, hash, n, array(select lower(r) from unnest(ids) r order by 1),"
            " array(select upper(r) from unnest(ids) r order by 1) from audit_seal order by no"
        )
        for no, prev_hash, own_hash, count, lows, highs in cursor.fetchall():
            yield {
                "no": no,
                "prev_hash": bytes(prev_hash),
                "hash": bytes(own_hash),
                "n": count,
                "ranges": list(zip(lows, highs, strict=True)),
            }


def _check_block(seal: dict[str, Any], previous: bytes, report: ChainReport) -> bytes:
    no = seal["no"]
    if no != report.blocks + 1:
        report.faults.append(f"block {report.blocks + 1} is missing before block {no}")
    if seal["prev_hash"] != previous:
        report.faults.append(f"block {no} does not follow the block before it")
    leaves = list(_leaves(seal["ranges"]))
    if len(leaves) != seal["n"]:
        report.faults.append(f"block {no} names {seal['n']} facts, {len(leaves)} are there")
    head = b"koumen.block.1" + pack("!q", no) + seal["prev_hash"] + pack("!i", len(leaves))
    if hashlib.sha256(head + b"".join(leaves)).digest() != seal["hash"]:
        report.faults.append(f"block {no} does not match its facts")
    report.blocks = no
    report.facts += len(leaves)
    return bytes(seal["hash"])


def _leaves(ranges: list[tuple[int, int]]) -> Iterator[bytes]:
    with connection.cursor() as cursor:
        for low, high in ranges:
            cursor.execute(
                "select id, fact_id, subject_id, at, recorded_at, kind, actor, body"
                " from audit_fact where id >= %s and id < %s order by id",
                [low, high],
            )
            while rows := cursor.fetchmany(5000):
                yield from (leaf(*row) for row in rows)


def leaf(
    row_id: int, fact_id: UUID, subject_id: UUID, at: datetime, recorded_at: datetime, *texts: str
) -> bytes:
    """The digest of one fact, as the database's fact_leaf makes it."""
    parts = [
        b"koumen.fact.1",
        pack("!q", row_id),
        fact_id.bytes,
        subject_id.bytes,
        _moment(at),
        _moment(recorded_at),
    ]
    for text in texts:
        encoded = text.encode()
        parts += [pack("!i", len(encoded)), encoded]
    return hashlib.sha256(b"".join(parts)).digest()


def _moment(at: datetime) -> bytes:
    span = at - POSTGRES_EPOCH
    return pack("!q", (span.days * 86400 + span.seconds) * 1_000_000 + span.microseconds)


def _slipped_in() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND)
        return [
            f"fact {row_id} was inserted behind the chain"
            if behind
            else f"fact {row_id} is told as older than it is"
            for row_id, behind in cursor.fetchall()
        ]


def sealed_until() -> datetime | None:
    """When the newest block was sealed; one query."""
    return Seal.objects.order_by("-no").values_list("at", flat=True).first()


def facts_about(subject_id: UUID) -> list[Fact]:
    """What happened to one subject, oldest first; one query."""
    return list(Fact.objects.filter(subject_id=subject_id).order_by("id"))


@dataclass(frozen=True)
class ChainState:
    """How far the chain reaches."""

    blocks: int
    sealed_facts: int
    sealed_until: datetime | None


@dataclass(frozen=True)
class FactPage:
    """Some facts, newest first; ``older`` is where the next page begins. They are not counted: there are too many."""

    facts: list[Fact]
    older: int | None


def chain_state(*, actor: Actor) -> ChainState:
    """How many blocks and facts are sealed, and until when; one query. Raises Denied("facts-not-yours")."""
    require(may_read_chain(actor), "facts-not-yours")
    sums = Seal.objects.aggregate(blocks=Count("no"), facts=Sum("n"), until=Max("at"))
    return ChainState(sums["blocks"], sums["facts"] or 0, sums["until"])


def facts_found(
    *,
    actor: Actor,
    kind: str = "",
    subject_id: UUID | None = None,
    before: int | None = None,
    limit: int = 50,
) -> FactPage:
    """A page of facts, of one kind or about one subject if asked; one query. Raises Denied("facts-not-yours")."""
    require(may_read_chain(actor), "facts-not-yours")
    facts = Fact.objects.all()
    if kind:
        facts = facts.filter(kind=kind)
    if subject_id:
        facts = facts.filter(subject_id=subject_id)
    if before:
        facts = facts.filter(id__lt=before)
    rows = list(facts.order_by("-id")[: limit + 1])
    return FactPage(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)
