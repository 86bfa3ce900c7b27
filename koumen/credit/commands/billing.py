"""Making bills: of one account here; the night makes those of all (nightly.py)."""

from collections.abc import Sequence

from koumen.audit.commands import Plain
from koumen.credit.queries.past import Before, CycleSums, cycle_sums, last_total
from koumen.credit.rules.account import HeldAccount
from koumen.credit.rules.position import IssuedBill
from koumen.kit.ids import new_id


def statement_rows(
    held: HeldAccount, bills: Sequence[IssuedBill], *, entries_before: Sequence[int]
) -> list[Plain]:
    """Rows of Statement for bills just made, with what happened in their months; two queries a bill.

    What no line of the month explains was changed in an earlier month: it is the correction.
    """
    rows = []
    before = last_total(held)
    for bill, entries in zip(bills, entries_before, strict=True):
        sums = cycle_sums(held.account_id, since=before.issued, until=bill.issued)
        total = bill.balance_minor + bill.future_minor
        explained = (
            before.total_minor
            + (sums.purchases_minor - sums.refunds_minor - sums.payments_minor + sums.others_minor)
            + (bill.interest_minor + bill.late_minor + bill.plan_charges_minor)
        )
        rows.append(_row(bill, sums, corrections_minor=total - explained, entries_before=entries))
        before = Before(bill.issued, total)
    return rows


def _row(bill: IssuedBill, sums: CycleSums, *, corrections_minor: int, entries_before: int) -> Plain:
    return {
        "id": str(new_id()),
        "issued_date": bill.issued.isoformat(),
        "due_date": bill.due.isoformat(),
        "balance_minor": bill.balance_minor,
        "minimum_minor": bill.minimum_minor,
        "future_minor": bill.future_minor,
        "purchases_minor": sums.purchases_minor,
        "refunds_minor": sums.refunds_minor,
        "payments_minor": sums.payments_minor,
        "interest_minor": bill.interest_minor,
        "late_minor": bill.late_minor,
        "plan_charges_minor": bill.plan_charges_minor,
        "instalments_minor": bill.instalments_minor,
        "others_minor": sums.others_minor,
        "corrections_minor": corrections_minor,
        "through_entry_id": entries_before,
    }
