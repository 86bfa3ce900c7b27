"""The sheet of all costs as its page shows it: every figure written out, for the PDF and for the sites alike."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from koumen.documents.rules.cost_sheet import CostLine, CostSheetContent
from koumen.documents.rules.cost_wording import COST_WORDING, CostWording
from koumen.documents.rules.page import amount_text, moment_text, region_of
from koumen.documents.rules.printable import printable
from koumen.documents.rules.receipt import Language
from koumen.documents.rules.wording import WORDING
from koumen.kit.money import Money

DIGITS_SHOWN = (
    16  # of the digest: enough to tell two sheets apart by eye; the whole one is in the attached data
)


def cost_page(content: CostSheetContent) -> dict[str, object]:
    """Everything that is shown, as JSON values; annual rates stand before daily and monthly ones."""
    words = COST_WORDING[content.language]
    principal, total, cost = (amount_text(one) for one in (content.principal, content.total, content.cost))
    shown_at = content.shown_at.astimezone(content.zone)
    return {
        "language": content.language.split("-")[0],
        "region": region_of(content.language, content.principal.currency),
        "paper": "large" if content.is_large else "a4",
        "title": words.title,
        "date": [shown_at.year, shown_at.month, shown_at.day],
        "purpose": words.purposes[content.purpose],
        "lender": printable(content.lender.name).text,
        "one_line": one_line(
            content.language, content.purpose, content.principal, content.total, content.annual
        ),
        "year": [
            words.year,
            percent_text(content.annual),
            words.year_how.format(effective=percent_text(content.effective)),
        ],
        "figures": [[words.principal, principal], [words.total, total], [words.cost, cost]],
        "payments": [words.payments, list(_runs(content.payments, words))],
        "heads": [words.rate, words.amount, words.annual],
        "items": [words.items, [_line(line, content, words) for line in content.items]],
        "contingent": [words.contingent, [_line(line, content, words) for line in content.contingent]],
        "no_other": words.no_other,
        "help": words.help.format(phone=printable(content.lender.help_phone).text),
        "facts": [
            [words.account, printable(content.account_number).text],
            [words.shown, moment_text(content.shown_at, content.zone, WORDING[content.language])],
            _confirmed(content, words),
            [words.number, content.digest[:DIGITS_SHOWN]],
        ],
        "attached": words.attached,
    }


def one_line(language: Language, purpose: str, principal: Money, total: Money, annual: Decimal) -> str:
    """What a borrowing costs in one sentence."""
    words, cost = COST_WORDING[language], total - principal
    return (words.one_line if cost else words.one_line_free).format(
        start=words.starts[purpose].format(principal=amount_text(principal)),
        total=amount_text(total),
        cost=amount_text(cost),
        annual=percent_text(annual),
    )


def percent_text(rate: Decimal) -> str:
    """A year's rate in percent, two decimals: 15.86%."""
    return f"{(rate * 100).quantize(Decimal('0.01'), rounding=ROUND_HALF_UP)}%"


def _line(line: CostLine, content: CostSheetContent, words: CostWording) -> dict[str, str]:
    """One cost; what it does not have is empty."""
    most = words.most.format(most=amount_text(line.most)) if line.most else ""
    return {
        "name": words.names[line.name],
        "how": f"{words.how[line.how]}{most}",
        "by": words.by.format(lender=printable(content.lender.name).text),
        "rate": f"{(line.rate * 100).normalize():f}%" if line.rate is not None else "",
        "amount": amount_text(line.amount) if line.amount is not None else "",
        "annual": percent_text(line.annual) if line.annual is not None else "",
    }


def _runs(payments: tuple[Money, ...], words: CostWording) -> Iterator[str]:
    """The payments in their order, equal ones in a row told together."""
    first = 1
    for each, run in groupby(payments):
        last = first + len(list(run)) - 1
        sentence = words.run_one if first == last else words.run_many
        yield sentence.format(first=first, last=last, each=amount_text(each))
        first = last + 1


def _confirmed(content: CostSheetContent, words: CostWording) -> list[str]:
    confirmation = content.confirmation
    if confirmation is None:
        return [words.not_confirmed, ""]
    moment = moment_text(confirmation.at, content.zone, WORDING[content.language])
    return [words.confirmed[confirmation.how], moment]
