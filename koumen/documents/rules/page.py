"""The receipt as its page shows it: every text printable, every amount and date written out, ready for the template."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import segno

from koumen.documents.rules.capitals import in_words
from koumen.documents.rules.printable import LONGEST, Printed, printable
from koumen.documents.rules.receipt import CashCount, Language, ReceiptContent
from koumen.documents.rules.wording import WORDING, Wording
from koumen.kit.money import CURRENCIES, Money

Row = tuple[str, str]

# How many Latin letters without a space fit a narrow column, and a line of the text; longer runs may break anywhere.
COLUMN_RUN, LINE_RUN = 20, 38
BREAK_EVERY = 6
ZERO_WIDTH_SPACE = "\u200b"  # the template turns it into a place to break, it never reaches the PDF
NARROW_SPACE = "\u00a0"

# Long names would push the amount off the first page: the hero line is kept to about two lines.
HERO_LONGEST = 60

INK = "#1c2430"

# Which shapes of Han characters a reader expects: Hong Kong differs from Taiwan under the same language.
REGIONS = {Language.HANS: "CN", Language.HANT: "TW", Language.EN: "GB"}


@dataclass
class Writer:
    """Makes texts printable and remembers whether one had to be changed, and how the page then says so."""

    spelling: str
    shortened: str
    replaced: dict[str, None] = field(default_factory=dict)
    is_shortened: bool = False

    def __call__(self, text: str, longest: int = LONGEST, run: int = COLUMN_RUN) -> str:
        """One text as it may stand on the page."""
        printed: Printed = printable(text, longest)
        self.replaced.update(dict.fromkeys(printed.replaced))
        self.is_shortened = self.is_shortened or printed.is_shortened
        return re.sub(rf"[!-~]{{{run},}}", _breakable, printed.text)

    def notes(self) -> list[str]:
        """What the reader must know about the spelling."""
        notes = [self.spelling] if self.replaced else []
        return [*notes, self.shortened] if self.is_shortened else notes


def _breakable(run: re.Match[str]) -> str:
    """A long run of letters with places to break."""
    parts = (run[0][start : start + BREAK_EVERY] for start in range(0, len(run[0]), BREAK_EVERY))
    return ZERO_WIDTH_SPACE.join(parts)


def receipt_page(content: ReceiptContent) -> dict[str, object]:
    """Everything the template sets, as JSON values."""
    words = WORDING[content.language]
    write = Writer(words.spelling, words.shortened)
    hero = _hero(content, words, write)
    money, contract, people = (
        _money(content, words, write),
        _contract(content, words, write),
        _people(content, words, write),
    )
    proof = _proof(content, words, write)
    complain = words.complain.format(
        phone=write(content.lender.help_phone), place=write(content.lender.complaints, run=LINE_RUN)
    )
    return {
        "language": content.language.split("-")[0],
        "region": region_of(content.language, content.amount.currency),
        "paper": str(content.paper),
        "title": f"{words.title} {printable(content.number).text}",
        "date": [content.received_at.year, content.received_at.month, content.received_at.day],
        "heading": words.title,
        "number": [words.number, write(content.number)],
        "lender": printable(content.lender.name).text,
        "hero": hero,
        "split": _split(content, words),
        "balance": [
            words.balance,
            amount_text(content.balance_after),
            "" if content.balance_after else words.balance_credit,
        ],
        "details": words.details,
        "groups": [money, contract, people],
        "proof": proof,
        "no_other": words.no_other,
        "complain": complain,
        "fine": [words.void, *write.notes()],
        "attached": words.attached,
    }


def amount_text(amount: Money) -> str:
    """An amount with its sign of currency: ¥1,286.40, NT$1,286."""
    currency = CURRENCIES[amount.currency]
    return f"{currency.symbol}{amount.decimal:,.{currency.minor_units}f}"


def date_text(day: date, words: Wording) -> str:
    """A date in the language's order."""
    return words.date.format(year=day.year, month=words.months[day.month - 1], day=day.day)


def _hero(content: ReceiptContent, words: Wording, write: Writer) -> dict[str, str]:
    """The sentence "received from", the amount, and the amount in words."""
    debtor = write(content.contract.debtor, HERO_LONGEST)
    payer = write(content.payer, HERO_LONGEST) if content.payer else debtor
    sentence = words.on_behalf_of if content.payer else words.received_from
    return {
        "sentence": sentence.format(payer=payer, debtor=debtor),
        "amount": amount_text(content.amount),
        "words": words.in_words.format(words=in_words(content.amount, content.language)),
        "when": words.when.format(moment=moment_text(content.received_at, content.zone, words)),
    }


def moment_text(at: datetime, zone: ZoneInfo, words: Wording) -> str:
    """A moment where the branch stands, with the weekday."""
    local = at.astimezone(zone)
    return words.moment.format(
        date=date_text(local.date(), words), weekday=words.weekdays[local.weekday()], clock=f"{local:%H:%M}"
    )


def _split(content: ReceiptContent, words: Wording) -> dict[str, object]:
    """What the money paid for; a credit balance only when there is one."""
    rows = [
        [words.split[name], amount_text(part)]
        for name, part in content.split.parts().items()
        if part or name != "credit_balance"
    ]
    return {
        "title": words.covers,
        "head": [words.item, words.share],
        "rows": rows,
        "sum": [words.sum, amount_text(content.amount)],
    }


def _money(content: ReceiptContent, words: Wording, write: Writer) -> list[Row]:
    """How it was paid, and at which visit."""
    tendered = content.tendered
    rows = [(words.method, words.methods[tendered.method])]
    if tendered.cash:
        rows += _cash(tendered.cash, words)
    if tendered.reference:
        rows.append((words.reference, write(tendered.reference)))
    return [
        *rows,
        (words.visit, write(content.visit_number)),
        (words.agent, write(content.agent_number)),
        (words.quote, write(content.quote_id)),
    ]


def _cash(cash: CashCount, words: Wording) -> list[Row]:
    """The notes as they were counted at the table."""
    currency = cash.change.currency
    counted = "   ".join(
        words.pieces.format(value=_denomination(value, currency), pieces=pieces).replace(" ", NARROW_SPACE)
        for value, pieces in cash.counted
    )
    return [
        (words.counted, counted),
        (words.handed_over, amount_text(cash.handed_over)),
        (words.change, amount_text(cash.change)),
    ]


def _denomination(value: int, currency: str) -> str:
    """A note or coin without needless decimals: ¥100, ¥0.5."""
    return f"{CURRENCIES[currency].symbol}{Money(value, currency).decimal.normalize():f}"


def _contract(content: ReceiptContent, words: Wording, write: Writer) -> list[Row]:
    """Which contract, and who owes."""
    contract = content.contract
    rows = [(words.debtor, write(contract.debtor))]
    if content.payer:
        rows.append((words.payer, write(content.payer)))
    return [
        *rows,
        (words.contract, write(contract.number)),
        (words.signed_on, date_text(contract.signed_on, words)),
        (words.limit, amount_text(contract.credit_limit)),
    ]


def _people(content: ReceiptContent, words: Wording, write: Writer) -> list[Row]:
    """Who took the money."""
    lender = content.lender
    return [
        (words.lender, write(lender.name)),
        (words.address, write(lender.address)),
        (words.registration, write(lender.registration_number)),
    ]


def _proof(content: ReceiptContent, words: Wording, write: Writer) -> dict[str, str]:
    """The QR code and the words beside it."""
    proof = content.proof
    return {
        "qr": _svg(proof.verify_url),
        "alt": words.qr_alt.format(url=printable(proof.verify_url).text),
        "title": words.verify_title,
        "text": words.verify,
        "url": write(proof.verify_url, run=2 * LINE_RUN),
        "code_label": words.code,
        "code": write(proof.short_code),
    }


def _svg(url: str) -> str:
    """The QR code as SVG; level M mends 15 % of the code, enough for a folded paper."""
    drawn = BytesIO()
    segno.make_qr(url, error="m").save(drawn, kind="svg", border=0, dark=INK, omitsize=True, xmldecl=False)
    return drawn.getvalue().decode()


def region_of(language: Language, currency: str) -> str:
    """The country whose shapes of characters are set."""
    if language is Language.HANT and currency == "HKD":
        return "HK"
    return REGIONS[language]
