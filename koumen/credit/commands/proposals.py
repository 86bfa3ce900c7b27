"""Reversals, waivers, write-offs and other limits: one person proposes, a second one decides, and only then it happens."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.credit.commands.holding import hold_account
from koumen.credit.commands.mending import (
    Waiver,
    change_limit,
    reverse_activity,
    waive_charge,
    write_off_account,
)
from koumen.credit.events import ProposalDecided, ProposalMade
from koumen.credit.models import Activity, Proposal
from koumen.credit.permissions import may_mend_accounts, visible_to
from koumen.credit.queries.past import REVERSAL
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.allocation import Bucket
from koumen.credit.rules.mending import REASONS, WAIVABLE, Act, is_same_person, require_new_limit
from koumen.credit.states import PROPOSAL, ProposalState
from koumen.kit.actor import Actor
from koumen.kit.errors import Conflict, Denied, Invalid, Missing
from koumen.kit.ids import new_id
from koumen.ledger.rules.posting import check_amount


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """What is proposed: an activity to take back, a charge to let go, a debt to write off, or another limit."""

    account_id: UUID
    act: Act
    reason: str
    activity_id: UUID | None = None
    bucket: Bucket | None = None
    amount_minor: int = 0


@command
def propose(*, proposed: Proposed, key: UUID, actor: Actor, at: datetime) -> Proposal:
    """Propose to mend an account; nothing moves until a second person agrees. The same key proposes once.

    Records ProposalMade. Raises Denied("credit-not-yours"), Missing("account-not-found" | "activity-not-found"),
    Invalid("reason-unknown" | "amount-not-positive" | "bucket-unknown") or Conflict("activity-already-reversed" |
    "account-not-active" | "limit-unchanged" | "proposal-open" | "key-reused").
    """
    require(may_mend_accounts(actor), "credit-not-yours")
    memory = remember("propose", actor=actor, key=key, inputs=_inputs(proposed), at=at)
    if memory.answer is not None:
        return Proposal.objects.get(id=memory.answer["proposal"])
    amount = _require_sensible(proposed, hold_account(actor, proposed.account_id))
    row = Proposal.objects.create(
        id=new_id(),
        account_id=proposed.account_id,
        act=proposed.act,
        state=PROPOSAL.move(None, "propose"),
        activity_id=proposed.activity_id,
        bucket=proposed.bucket,
        amount_minor=amount,
        reason=proposed.reason,
        proposed_by=actor.key,
        proposed_at=at,
    )
    record(
        ProposalMade(
            subject_id=row.id,
            credit_account_id=row.account_id,
            act=row.act,
            amount_minor=amount,
            reason=row.reason,
        ),
        actor=actor,
        at=at,
    )
    memory.keep(proposal=row.id)
    return row


@command
def decide_proposal(
    *, proposal_id: UUID, is_approved: bool, key: UUID, actor: Actor, at: datetime
) -> Proposal:
    """Agree to a proposal, which then happens at once, or refuse it; never one's own. The same key decides once.

    Records ProposalDecided, and what then happens its own fact. Raises Denied("credit-not-yours" |
    "second-person-needed"), Missing("proposal-not-found"), Conflict("proposal-cannot-approve" |
    "proposal-cannot-refuse" | "key-reused") or what mending raises; then nothing has moved.
    """
    require(may_mend_accounts(actor), "credit-not-yours")
    inputs = {"proposal": proposal_id, "is_approved": is_approved}
    memory = remember("decide_proposal", actor=actor, key=key, inputs=inputs, at=at)
    rows = Proposal.objects.filter(account__in=visible_to(actor))
    if memory.answer is not None:
        return rows.get(id=memory.answer["proposal"])
    account_id = rows.filter(id=proposal_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise Missing("proposal-not-found")
    hold_account(actor, account_id)
    row = lock(rows, missing="proposal-not-found", id=proposal_id)
    if is_same_person(row.proposed_by, actor.key):
        raise Denied("second-person-needed")
    row.state = PROPOSAL.move(ProposalState(row.state), "approve" if is_approved else "refuse")
    row.decided_by, row.decided_at = actor.key, at
    row.save(update_fields=["state", "decided_by", "decided_at"])
    event = ProposalDecided(
        subject_id=row.id, credit_account_id=account_id, act=row.act, is_approved=is_approved
    )
    record(event, actor=actor, at=at)
    if is_approved:
        _do(row, actor, at)
    memory.keep(proposal=row.id)
    return row


def _do(row: Proposal, actor: Actor, at: datetime) -> None:
    if row.act == Act.REVERSAL:
        assert row.activity_id is not None  # noqa: S101  (the database holds it)
        reverse_activity(activity_id=row.activity_id, reason=row.reason, actor=actor, at=at)
    elif row.act == Act.WAIVER:
        waiver = Waiver(
            account_id=row.account_id,
            bucket=Bucket(row.bucket or ""),
            amount_minor=row.amount_minor,
            reason=row.reason,
        )
        waive_charge(waiver=waiver, actor=actor, at=at)
    elif row.act == Act.LIMIT:
        change_limit(
            account_id=row.account_id, limit_minor=row.amount_minor, reason=row.reason, actor=actor, at=at
        )
    else:
        write_off_account(account_id=row.account_id, reason=row.reason, actor=actor, at=at)


def _inputs(proposed: Proposed) -> dict[str, object]:
    return {
        "account": proposed.account_id,
        "act": proposed.act,
        "reason": proposed.reason,
        "activity": proposed.activity_id,
        "bucket": proposed.bucket,
        "amount_minor": proposed.amount_minor,
    }


def _require_sensible(proposed: Proposed, held: HeldAccount) -> int:
    """Whether it could happen as things stand now; returns its amount."""
    if proposed.reason not in REASONS[proposed.act]:
        raise Invalid("reason-unknown", field="reason", value=proposed.reason[:40])
    open_ones = Proposal.objects.filter(
        account_id=proposed.account_id, act=proposed.act, state=ProposalState.PROPOSED
    ).values_list("activity_id", "bucket")
    if (proposed.activity_id, proposed.bucket) in open_ones:
        raise Conflict("proposal-open")
    if proposed.act is Act.WAIVER:
        if proposed.bucket not in WAIVABLE:
            raise Invalid("bucket-unknown", field="bucket", value=str(proposed.bucket)[:40])
        check_amount(proposed.amount_minor)
        return proposed.amount_minor
    if proposed.act is Act.LIMIT:
        require_new_limit(held, proposed.amount_minor)
        return proposed.amount_minor
    if proposed.act is Act.WRITE_OFF:
        return 0
    rows = Activity.objects.filter(account_id=proposed.account_id).exclude(kind=REVERSAL)
    row = rows.filter(id=proposed.activity_id).first() if proposed.activity_id else None
    if row is None:
        raise Missing("activity-not-found")
    if Activity.objects.filter(reverses=row).exists():
        raise Conflict("activity-already-reversed")
    return row.amount_minor
