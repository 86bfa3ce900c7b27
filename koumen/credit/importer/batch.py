"""The set-based writer: some accounts at a time, each table by one COPY, the ledger by its own function."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from koumen.branch.queries import this_branch
from koumen.credit.models import CreditAccount, ImportBatch, ProductVersion
from koumen.credit.rules.history import HistoricAccount
from koumen.credit.rules.parameters import Parameters
from koumen.credit.rules.position import Position
from koumen.credit.rules.replay import Place, Replay, ReplayedStatement, replay
from koumen.credit.rules.stored import account_row, due_row, plain_baseline
from koumen.credit.states import AccountState
from koumen.kit.clock import local_date
from koumen.kit.errors import Conflict
from koumen.kit.ids import new_id
from koumen.ledger.commands import accounts_for
from koumen.ledger.rules.chart import AccountKind
from koumen.ledger.staging import StagedEntry, StagedMovement, open_accounts, open_staging, post_many
from koumen.people.staging import NewCustomer, enter_customers

OWN = (AccountKind.PRINCIPAL, AccountKind.CREDIT_BALANCE)
SHARED = (AccountKind.MERCHANT, AccountKind.PAYMENTS_IN, AccountKind.OPENING)


@dataclass(frozen=True)
class _Taken:
    """One account on its way into the tables."""

    account_id: UUID
    customer_id: UUID
    person_id: UUID
    history: Replay
    position: Position
    purchase_ids: tuple[UUID, ...]
    statement_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One batch being written, in an open transaction."""

    id: UUID
    product: ProductVersion
    parameters: Parameters
    shared: dict[Place, int]
    at: datetime

    @classmethod
    def begin(cls, *, product: ProductVersion, source_digest: str, at: datetime) -> "Batch":
        """Enter the batch and make the staging tables."""
        batch = ImportBatch.objects.create(id=new_id(), file_digest=source_digest, imported_at=at)
        found = accounts_for(kinds=SHARED, currency=product.currency)
        with connection.cursor() as cursor:
            # checked with each statement and not at the end: a million waiting checks would be memory too
            cursor.execute("set constraints all immediate")
        open_staging()
        return cls(
            id=batch.id,
            product=product,
            parameters=Parameters.of(product.parameters),
            shared={Place(kind.value): account.id for kind, account in found.items()},
            at=at,
        )

    def write(self, accounts: Sequence[HistoricAccount]) -> int:
        """Write some accounts; returns how many statements. Raises what a history's replay raises."""
        self._refuse_known(accounts)
        taken = [self._take(account) for account in accounts]
        enter_customers([_customer(one) for one in taken], at=self.at)
        ledger_ids = open_accounts(
            owner_ids=[one.account_id for one in taken], kinds=OWN, currency=self.product.currency
        )
        self._write_accounts(taken)
        self._post(taken, ledger_ids)
        return sum(len(one.statement_ids) for one in taken)

    def _refuse_known(self, accounts: Sequence[HistoricAccount]) -> None:
        numbers = [account.number for account in accounts]
        known = CreditAccount.objects.filter(number__in=numbers).values_list("number", flat=True).first()
        if known is not None or len(set(numbers)) < len(numbers):
            raise Conflict("account-number-taken", number=known or "")

    def _take(self, account: HistoricAccount) -> _Taken:
        history = replay(account, self.parameters)
        return _Taken(
            position=history.position(local_date(self.at, this_branch().zone)),
            account_id=new_id(),
            customer_id=new_id(),
            person_id=new_id(),
            history=history,
            purchase_ids=tuple(new_id() for _ in history.purchases),
            statement_ids=tuple(new_id() for _ in history.statements),
        )

    def _write_accounts(self, taken: Sequence[_Taken]) -> None:
        """The credit account, its purchases, its statements, its dues: four COPYs."""
        _copy(
            "credit_creditaccount (id, number, customer_id, product_id, limit_minor, opened_date,"
            f" reported_lateness, version, state, {', '.join(_POSITION)}, baseline)",
            (self._account(one) for one in taken),
        )
        _copy(
            "credit_purchase (id, account_id, amount_minor, description, category, purchased_at)",
            (
                (
                    *(row_id, one.account_id, bought.amount_minor, bought.description),
                    *(bought.category, bought.purchased_at),
                )
                for one in taken
                for row_id, bought in zip(one.purchase_ids, one.history.purchases, strict=True)
            ),
        )
        _copy(
            "credit_statement (id, account_id, issued_date, due_date, balance_minor, minimum_minor,"
            " purchases_minor, refunds_minor, payments_minor, reported_lateness, issued_at, batch_id,"
            f" {', '.join(_NOT_TOLD)})",
            (self._statement(one, *row) for one in taken for row in _statements(one)),
        )
        _copy(
            f"credit_due (account_id, {', '.join(_DUE)})",
            (
                (one.account_id, *(row[name] for name in _DUE))
                for one in taken
                for row in map(due_row, one.position.every_bill)
            ),
        )

    def _account(self, one: _Taken) -> tuple[object, ...]:
        it = one.history.account
        columns = account_row(one.position, self.parameters)
        return (
            *(one.account_id, it.number, one.customer_id, self.product.id, it.limit_minor),
            *(it.opened_date, it.reported_lateness, 1, AccountState.ACTIVE),
            *(columns[name] for name in _POSITION),
            json.dumps(plain_baseline(one.position, self.parameters)),
        )

    def _statement(self, one: _Taken, row_id: UUID, bill: ReplayedStatement) -> tuple[object, ...]:
        month = bill.month
        amounts = [bought.amount_minor for bought in month.purchases]
        return (
            *(row_id, one.account_id, month.issued_date, month.due_date, month.balance_minor),
            *(bill.minimum_minor, sum(a for a in amounts if a > 0), -sum(a for a in amounts if a < 0)),
            *(month.payment_minor, month.reported_lateness, self.at, self.id),
            *(0 for _ in _NOT_TOLD),
        )

    def _post(self, taken: Sequence[_Taken], ledger_ids: dict[UUID, list[int]]) -> None:
        entries: list[StagedEntry] = []
        movements: list[StagedMovement] = []
        for one in taken:
            places = self.shared | dict(zip(_OWN_PLACES, ledger_ids[one.account_id], strict=True))
            for entry in one.history.entries:
                entry_id = new_id()
                source = self.id if entry.purchase is None else one.purchase_ids[entry.purchase]
                entries.append((entry_id, entry.kind, source, entry.effective_at))
                movements += [
                    (entry_id, places[debit], places[credit], amount) for debit, credit, amount in entry.moves
                ]
        if entries:
            post_many(entries=entries, movements=movements, at=self.at)


# The columns that hold a position, in the order in which they are copied.
_EMPTY = Position(counted_to=date.min, due_day=1)
_POSITION = tuple(account_row(_EMPTY, Parameters()))
_DUE = tuple(due_row(_EMPTY.unbilled))

# What a bill taken over does not tell apart.
_NOT_TOLD = (
    *("future_minor", "interest_minor", "late_minor", "plan_charges_minor"),
    *("instalments_minor", "others_minor", "corrections_minor"),
)

_OWN_PLACES = tuple(Place(kind.value) for kind in OWN)


def _customer(one: _Taken) -> NewCustomer:
    account = one.history.account
    return NewCustomer(
        person_id=one.person_id,
        customer_id=one.customer_id,
        number=account.number,
        details=account.details,
        language=account.language,
        elder_mode=account.elder_mode,
        latitude=account.latitude,
        longitude=account.longitude,
    )


def _statements(one: _Taken) -> Iterable[tuple[UUID, ReplayedStatement]]:
    return zip(one.statement_ids, one.history.statements, strict=True)


def _copy(target: str, rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {target} from stdin") as copy:
        for row in rows:
            copy.write_row(row)
