"""A report of the books as its pages show it: every text printable, every amount and date written out."""

from typing import Any

from koumen.documents.rules.book import BookHead, LedgerContent, TrialContent
from koumen.documents.rules.book_wording import BOOK_WORDING, BookWording
from koumen.documents.rules.page import date_text, region_of
from koumen.documents.rules.printable import printable
from koumen.documents.rules.wording import WORDING
from koumen.kit.money import CURRENCIES, Money, total

Page = dict[str, Any]


def trial_page(content: TrialContent) -> Page:
    """A trial balance: one table for each currency, each ending in its total."""
    head, words = content.head, BOOK_WORDING[content.head.language]
    currencies = sorted({row.debit.currency for row in content.rows})
    tables = []
    for currency in currencies:
        rows = [row for row in content.rows if row.debit.currency == currency]
        sums = (
            total((row.debit for row in rows), currency),
            total((row.credit for row in rows), currency),
        )
        tables.append(
            {
                "currency": currency,
                "caption": f"{words.currency} {currency}",
                "head": [words.account, words.debit, words.credit, words.balance],
                "texts": 1,
                "rows": [[_text(row.account), *_sides(row.debit, row.credit)] for row in rows],
                "sums": [[words.total, *_sides(*sums)]],
            }
        )
    return _page(head, words, words.trial, [], tables)


def ledger_page(content: LedgerContent) -> Page:
    """The movements of an account between its opening and its closing balance."""
    words = BOOK_WORDING[content.head.language]
    currency = content.opening.currency
    debit = total((row.debit for row in content.rows), currency)
    credit = total((row.credit for row in content.rows), currency)
    table = {
        "currency": currency,
        "caption": f"{words.currency} {currency}",
        "head": [words.day, words.entry, words.other, words.debit, words.credit, words.balance],
        "texts": 3,
        "rows": [
            ["", words.opening, "", "", "", figure(content.opening)],
            *(
                [
                    *(row.day.isoformat(), _text(row.entry), _text(row.other)),
                    *(figure(row.debit) if row.debit else "", figure(row.credit) if row.credit else ""),
                    figure(row.balance),
                ]
                for row in content.rows
            ),
        ],
        "sums": [
            ["", words.closing, "", figure(debit), figure(credit), figure(content.opening + debit - credit)]
        ],
    }
    facts = [[words.account, _text(content.account)]]
    if content.owner:
        facts.append([words.owner, _text(content.owner)])
    return _page(content.head, words, words.statement if content.owner else words.ledger, facts, [table])


def figure(amount: Money) -> str:
    """An amount without its currency, which stands above the table; the minus of print, not a hyphen."""
    units = CURRENCIES[amount.currency].minor_units
    return f"{'−' if amount.minor < 0 else ''}{abs(amount.decimal):,.{units}f}"


def _sides(debit: Money, credit: Money) -> list[str]:
    return [figure(debit), figure(credit), figure(debit - credit)]


def _page(head: BookHead, words: BookWording, title: str, facts: list[list[str]], tables: list[Page]) -> Page:
    made = head.made_at.astimezone(head.zone)
    return {
        "language": head.language.split("-")[0],
        "region": region_of(head.language, tables[0]["currency"] if tables else ""),
        "title": f"{title} {_text(head.branch)}",
        "date": [made.year, made.month, made.day],
        "heading": title,
        "lender": _text(head.lender),
        "facts": [
            *facts,
            [words.branch, _text(head.branch)],
            [words.days, _days(head, words)],
            [words.made, f"{date_text(made.date(), WORDING[head.language])} {made:%H:%M}"],
        ],
        "tables": tables,
        "fine": [words.final if head.is_final else words.not_final, words.sign],
    }


def _days(head: BookHead, words: BookWording) -> str:
    wording = WORDING[head.language]
    first = date_text(head.from_date, wording) if head.from_date else ""
    last = date_text(head.through, wording) if head.through else ""
    if first and last:
        return words.from_to.format(first=first, last=last)
    if first:
        return words.since.format(first=first)
    return words.through.format(last=last) if last else words.everything


def _text(text: str) -> str:
    return printable(text).text
