"""A deposit slip as its page shows it: every text printable, every amount and date written out."""

from dataclasses import dataclass
from typing import Any

from koumen.documents.rules.book_page import figure
from koumen.documents.rules.capitals import in_words
from koumen.documents.rules.page import amount_text, moment_text, region_of
from koumen.documents.rules.printable import printable
from koumen.documents.rules.receipt import Language
from koumen.documents.rules.slip import SlipContent
from koumen.documents.rules.wording import WORDING
from koumen.kit.money import Money


@dataclass(frozen=True)
class SlipWording:
    """One language's words."""

    title: str
    number: str
    branch: str
    amount: str
    in_words: str
    prepared_by: str
    sent_by: str
    sent_at: str
    note: str
    pieces: str
    value: str
    total: str
    for_the_bank: str
    stamp: str


SLIP_WORDING: dict[Language, SlipWording] = {
    Language.HANS: SlipWording(
        *("现金解款单", "编号", "分支机构", "金额", "大写", "清点人", "复点人", "送出时间"),
        *("券别", "张数", "金额", "合计"),
        "请银行在摘要中注明本单编号。",
        "银行签章：",
    ),
    Language.HANT: SlipWording(
        *("現金解款單", "編號", "分支機構", "金額", "大寫", "清點人", "複點人", "送出時間"),
        *("券別", "張數", "金額", "合計"),
        "請銀行在摘要中註明本單編號。",
        "銀行簽章：",
    ),
    Language.EN: SlipWording(
        *("Deposit slip", "Number", "Branch", "Amount", "In words", "Counted by", "Counted again by", "Sent"),
        *("Note or coin", "Pieces", "Amount", "Total"),
        "To the bank: please give this number as the reference.",
        "Stamp of the bank:",
    ),
}


def slip_page(content: SlipContent) -> dict[str, Any]:
    """The deposit slip, in the shape of a report of the books."""
    words, currency = SLIP_WORDING[content.language], content.amount.currency
    sent = content.sent_at.astimezone(content.zone)
    facts = [
        [words.number, content.number],
        [words.branch, _text(content.branch)],
        [words.amount, amount_text(content.amount)],
    ]
    facts += [
        [words.in_words, in_words(content.amount, content.language)],
        [words.prepared_by, _text(content.prepared_by)],
        [words.sent_by, _text(content.sent_by)],
        [words.sent_at, moment_text(content.sent_at, content.zone, WORDING[content.language])],
    ]
    table = {
        "currency": currency,
        "caption": f"{words.amount} {currency}",
        "head": [words.note, words.pieces, words.value],
        "texts": 1,
        "rows": [
            [figure(Money(value, currency)), str(pieces), figure(Money(value * pieces, currency))]
            for value, pieces in content.notes
        ],
        "sums": [[words.total, str(sum(pieces for _value, pieces in content.notes)), figure(content.amount)]],
    }
    return {
        "language": content.language.split("-")[0],
        "region": region_of(content.language, currency),
        "title": f"{words.title} {content.number}",
        "date": [sent.year, sent.month, sent.day],
        "heading": words.title,
        "lender": _text(content.lender),
        "facts": facts,
        "tables": [table],
        "fine": [words.for_the_bank, words.stamp],
    }


def _text(text: str) -> str:
    return printable(text).text
