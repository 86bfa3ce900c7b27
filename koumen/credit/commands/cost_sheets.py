"""Putting all costs before a customer, and having them confirmed before anything is borrowed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from koumen.audit.command import command, lock, require
from koumen.audit.commands import record, remember
from koumen.branch.queries import this_branch
from koumen.credit.commands.holding import hold_account
from koumen.credit.events import CostSheetConfirmed, CostSheetShown
from koumen.credit.models import CostSheet
from koumen.credit.permissions import (
    may_read_back,
    may_tap_cost_sheet,
    may_turn_phone,
    may_witness_signature,
    visible_to,
)
from koumen.credit.queries import credit_account
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.cost_sheet import Sheet, seconds_left
from koumen.documents.queries import digest_of
from koumen.kit.actor import Actor
from koumen.kit.clock import next_midnight
from koumen.kit.errors import Conflict, Invalid
from koumen.kit.ids import new_id


class ConfirmedHow(StrEnum):
    """How a sheet is confirmed: a tap after the time to read it, or a signature given in person.

    That of a repayment plan also by a tap on the agent's phone turned to the customer, or by the customer's word on
    the telephone; both after the time to read it.
    """

    TAP = "tap"
    SIGNATURE = "signature"
    TURNED_PHONE = "turned_phone"
    READ_BACK = "read_back"


@command
def show_cost_sheet(*, account_id: UUID, sheet: Sheet, actor: Actor, at: datetime) -> CostSheet:
    """Write down which costs are put before somebody; the time to read begins now.

    While nothing has changed the same person sees the same sheet again, and reads on. Records
    CostSheetShown. Raises Missing("account-not-found").
    """
    account = credit_account(actor=actor, account_id=account_id)
    digest = sheet.digest
    same = CostSheet.objects.filter(
        account=account,
        account_version=account.version,
        digest=digest,
        shown_to=actor.key,
        shown_at__lte=at,
        valid_until__gt=at,
        confirmed_at=None,
    ).first()
    if same:
        return same
    shown = CostSheet.objects.create(
        id=new_id(),
        account=account,
        account_version=account.version,
        purpose=sheet.purpose,
        content=sheet.plain(),
        digest=digest,
        shown_to=actor.key,
        shown_at=at,
        valid_until=next_midnight(at, this_branch().zone),
    )
    record(
        CostSheetShown(
            subject_id=shown.id,
            credit_account_id=account.id,
            purpose=shown.purpose,
            principal_minor=sheet.principal_minor,
            currency=sheet.currency,
            digest=digest,
        ),
        actor=actor,
        at=at,
    )
    return shown


@command
def confirm_cost_sheet(
    *,
    sheet_id: UUID,
    how: ConfirmedHow,
    key: UUID,
    actor: Actor,
    at: datetime,
    signature_id: UUID | None = None,
) -> CostSheet:
    """Confirm all costs: by a tap of the customer, once the time to read is over, or by a signature in person.

    See ConfirmedHow for repayment plans. A signature names its file, whose digest stays with the sheet when the file
    is deleted. The same key gives the same sheet. Records CostSheetConfirmed. Raises
    Missing("cost-sheet-not-found" | "document-not-found"), Denied("cost-sheet-not-yours"), Invalid("signature-missing")
    or Conflict("cost-sheet-too-soon" | "cost-sheet-stale" | "cost-sheet-already-confirmed" | "key-reused"); then
    nothing is confirmed.
    """
    inputs = {"sheet": sheet_id, "how": ConfirmedHow(how), "signature": signature_id}
    memory = remember("confirm_cost_sheet", actor=actor, key=key, inputs=inputs, at=at)
    if memory.answer is not None:
        return CostSheet.objects.get(id=memory.answer["sheet"], account__in=visible_to(actor))
    sheet = _locked(sheet_id, actor)
    require(_may_confirm(actor, sheet, ConfirmedHow(how)), "cost-sheet-not-yours")
    if sheet.confirmed_at is not None:
        raise Conflict("cost-sheet-already-confirmed")
    _require_current(sheet, sheet.account.version, at)
    left = seconds_left(Sheet.of(sheet.content), sheet.shown_at, at)
    if left and ConfirmedHow(how) is not ConfirmedHow.SIGNATURE:
        raise Conflict("cost-sheet-too-soon", seconds_left=left)
    sheet.confirmed_at, sheet.confirmed_how, sheet.confirmed_by = at, ConfirmedHow(how), actor.key
    sheet.signature_id, sheet.signature_digest = signature_id, _digest(ConfirmedHow(how), signature_id)
    sheet.save(
        update_fields=["confirmed_at", "confirmed_how", "confirmed_by", "signature", "signature_digest"]
    )
    record(
        CostSheetConfirmed(
            subject_id=sheet.id,
            credit_account_id=sheet.account_id,
            purpose=sheet.purpose,
            how=ConfirmedHow(how),
            digest=sheet.digest,
            signature_id=signature_id,
            signature_sha256=sheet.signature_digest,
        ),
        actor=actor,
        at=at,
    )
    memory.keep(sheet=sheet.id)
    return sheet


def _digest(how: ConfirmedHow, signature_id: UUID | None) -> str | None:
    """Of the file that a signature names; a yes of another kind has none."""
    if (how is ConfirmedHow.SIGNATURE) != (signature_id is not None):
        raise Invalid("signature-missing", field="signature_id")
    return digest_of(signature_id) if signature_id else None


def _may_confirm(actor: Actor, sheet: CostSheet, how: ConfirmedHow) -> bool:
    if how is ConfirmedHow.SIGNATURE:
        return may_witness_signature(actor)
    may = {ConfirmedHow.TURNED_PHONE: may_turn_phone, ConfirmedHow.READ_BACK: may_read_back}
    return may.get(how, may_tap_cost_sheet)(actor, sheet)


def require_confirmed(*, sheet_id: UUID | None, account: HeldAccount, digest: str, at: datetime) -> CostSheet:
    """The confirmed sheet without which nothing is borrowed on an account that is held; one query.

    ``digest`` is that of the sheet reckoned anew from what is about to be done. Raises
    Conflict("cost-sheet-not-confirmed" | "cost-sheet-changed" | "cost-sheet-stale").
    """
    sheet = CostSheet.objects.filter(id=sheet_id, account_id=account.account_id).first() if sheet_id else None
    if sheet is None or sheet.confirmed_at is None or sheet.confirmed_at > at:
        raise Conflict("cost-sheet-not-confirmed")
    if sheet.digest != digest:
        raise Conflict("cost-sheet-changed")
    _require_current(sheet, account.version, at)
    return sheet


def _locked(sheet_id: UUID, actor: Actor) -> CostSheet:
    """The sheet and its account, locked in the order of the house: the account's money first."""
    rows = CostSheet.objects.filter(account__in=visible_to(actor))
    account_id = rows.filter(id=sheet_id).values_list("account_id", flat=True).first()
    if account_id:
        hold_account(actor, account_id)
    return lock(rows.select_related("account"), missing="cost-sheet-not-found", id=sheet_id)


def _require_current(sheet: CostSheet, version: int, at: datetime) -> None:
    """The account is as it was when the sheet was shown, and the day is not over."""
    if version != sheet.account_version or at >= sheet.valid_until:
        raise Conflict("cost-sheet-stale")
