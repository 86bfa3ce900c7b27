"""The account statement as its page shows it: every text printable, every amount and date written out."""

from datetime import date

from koumen.documents.rules.page import REGIONS, Writer, amount_text, date_text
from koumen.documents.rules.printable import printable
from koumen.documents.rules.receipt import Paper
from koumen.documents.rules.statement import StatementContent, StatementItem, StatementLine
from koumen.documents.rules.statement_wording import STATEMENT_WORDING, StatementWording
from koumen.documents.rules.wording import WORDING
from koumen.kit.money import Money

MINUS = "\u2212"


def statement_page(content: StatementContent) -> dict[str, object]:
    """Everything the template sets, as JSON values."""
    words = STATEMENT_WORDING[content.language]
    write = Writer(words.spelling, words.shortened)
    title = f"{words.title} {printable(content.number).text} {content.issued.isoformat()}"
    facts = [
        (words.number, write(content.number)),
        (words.debtor, write(content.debtor)),
        (words.issued, _day(content, content.issued)),
    ]
    lines = [(_word(line, words), _signed(line.amount)) for line in content.lines]
    items = [_item(item, content, words, write) for item in content.items]
    has_corrections = any(line.code == "corrections" for line in content.lines)
    return {
        "language": content.language.split("-")[0],
        "region": REGIONS[content.language],
        "is_large": content.paper is Paper.LARGE,
        "title": title,
        "date": [content.issued.year, content.issued.month, content.issued.day],
        "heading": words.title,
        "lender": printable(content.lender.name).text,
        "facts": facts,
        "hero": _hero(content, words),
        "lines": {
            "title": words.lines_title,
            "rows": lines,
            "sum": (words.balance, _signed(content.balance)),
            "note": [words.corrections] if has_corrections else [],
        },
        "future": [words.future, amount_text(content.future)] if content.future else [],
        "items": {"title": words.items_title, "head": words.head, "rows": items, "empty": words.empty},
        "fine": [words.complain.format(phone=write(content.lender.help_phone)), *write.notes()],
    }


def _hero(content: StatementContent, words: StatementWording) -> dict[str, object]:
    """What is to be paid by when, or that nothing is."""
    if content.balance.minor <= 0:
        owed = -content.balance
        label = words.owed_to_you if owed else words.nothing
        notes = [words.keep] if owed else []
        return {"label": label, "amount": amount_text(owed), "lines": [], "notes": notes}
    due, amount = _day(content, content.due), amount_text(content.balance)
    free = [words.free.format(day=due, amount=amount)] if _is_free(content) else []
    more = [words.more] if content.minimum < content.balance else []
    return {
        "label": words.pay,
        "amount": amount,
        "lines": [words.pay_by.format(day=due), words.minimum.format(amount=amount_text(content.minimum))],
        "notes": free + more,
    }


def _is_free(content: StatementContent) -> bool:
    """Whether the bill before was paid in full: only then is nothing added to this one when it is paid in time."""
    amounts = {line.code: line.amount.minor for line in content.lines}
    return amounts.get("before", 0) + amounts.get("paid", 0) <= 0


def _word(line: StatementLine, words: StatementWording) -> str:
    """Instalments that come back to a bill all at once are the opposite of what is put into instalments."""
    is_back = line.code == "into_plans" and line.amount.minor > 0
    return words.instalments_now_due if is_back else words.lines[line.code]


def _item(
    item: StatementItem, content: StatementContent, words: StatementWording, write: Writer
) -> tuple[str, str, str, str]:
    what = words.items[item.code]
    return (
        date_text(item.on, WORDING[content.language]),
        f"{what} ({words.told_later})" if item.is_late else what,
        write(item.place),
        _signed(item.amount),
    )


def _day(content: StatementContent, on: date) -> str:
    """A date with its weekday."""
    shared = WORDING[content.language]
    return STATEMENT_WORDING[content.language].day.format(
        date=date_text(on, shared), weekday=shared.weekdays[on.weekday()]
    )


def _signed(amount: Money) -> str:
    """An amount with a true minus before its currency."""
    return f"{MINUS}{amount_text(-amount)}" if amount.minor < 0 else amount_text(amount)
