"""The account statement as a paper."""

from datetime import datetime
from uuid import UUID

from koumen.branch.queries import this_branch
from koumen.credit.models import CreditAccount
from koumen.credit.queries.bills import BillSheet, bill
from koumen.documents.commands import issue_statement_pdf
from koumen.documents.rules.receipt import Language, LenderLines, Paper, language_of
from koumen.documents.rules.statement import StatementContent, StatementItem, StatementLine
from koumen.kit.actor import Actor
from koumen.kit.clock import local_date
from koumen.kit.money import Money
from koumen.people.commands import reveal
from koumen.people.models import Person


def statement_pdf(*, statement_id: UUID, actor: Actor, at: datetime) -> bytes:
    """The account statement as a signed PDF in the customer's language, large where they read in large letters.

    Nothing is kept: a bill never changes, and neither does what it was made of. Reading somebody else's name for it
    is recorded. Raises Missing("bill-not-found").
    """
    sheet = bill(actor=actor, statement_id=statement_id, at=at)
    account = CreditAccount.objects.select_related("customer__person").get(id=sheet.account.account_id)
    person = account.customer.person
    name = reveal(person_ids=[person.id], purpose="account-statement", actor=actor, at=at)[person.id].name
    return issue_statement_pdf(_content(sheet, person, name), sheet.statement.issued_at)


def _content(sheet: BillSheet, person: Person, name: str) -> StatementContent:
    bill_row, currency = sheet.statement, sheet.account.currency
    branch = this_branch()
    language = language_of(person.language)
    lender = branch.lender
    return StatementContent(
        number=sheet.account.number,
        language=language,
        lender=LenderLines(
            name=lender.name_en if language is Language.EN else lender.name,
            address=lender.address,
            registration_number=lender.registration_number,
            help_phone=branch.help_phone,
            complaints=lender.address,
        ),
        debtor=name,
        issued=bill_row.issued_date,
        due=bill_row.due_date,
        balance=Money(bill_row.balance_minor, currency),
        minimum=Money(bill_row.minimum_minor, currency),
        future=Money(bill_row.future_minor, currency),
        lines=tuple(StatementLine(one.line, Money(one.amount_minor, currency)) for one in sheet.lines),
        items=tuple(
            StatementItem(
                on=local_date(one.at, branch.zone),
                code=one.category if one.category and one.amount_minor > 0 else one.kind,
                place=one.description,
                amount=Money(one.amount_minor, currency),
                is_late=one.is_late,
            )
            for one in sheet.items
        ),
        paper=Paper.LARGE if person.elder_mode else Paper.A4,
    )
