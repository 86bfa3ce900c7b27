"""Data and a template become a PDF: PDF/A-3a (lasts) and PDF/UA-1 (can be read aloud), as typst checks them."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path

import typst

from koumen.documents.rules.book import LedgerContent, TrialContent
from koumen.documents.rules.book_page import ledger_page, trial_page
from koumen.documents.rules.cost_page import cost_page
from koumen.documents.rules.cost_sheet import CostSheetContent
from koumen.documents.rules.coverage import FONTS
from koumen.documents.rules.door_card import DoorCardContent
from koumen.documents.rules.door_card_page import door_card_page
from koumen.documents.rules.page import receipt_page
from koumen.documents.rules.receipt import ReceiptContent
from koumen.documents.rules.record import receipt_json
from koumen.documents.rules.slip import SlipContent
from koumen.documents.rules.slip_page import slip_page
from koumen.documents.rules.statement import StatementContent
from koumen.documents.rules.statement_page import statement_page

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


@cache
def _fonts() -> typst.Fonts:
    """The one font, read once: documents look the same on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def typeset_receipt(content: ReceiptContent, at: datetime) -> bytes:
    """The receipt as an unsigned PDF with receipt.json attached; same content and moment, same bytes."""
    inputs = {"page": json.dumps(receipt_page(content)), "record": receipt_json(content)}
    return typeset("receipt.typ", inputs, at)


def typeset_cost_sheet(content: CostSheetContent, at: datetime) -> bytes:
    """The sheet of all costs as an unsigned PDF with cost-sheet.json attached; same content, same bytes."""
    inputs = {"page": json.dumps(cost_page(content)), "record": content.record}
    return typeset("cost_sheet.typ", inputs, at)


def typeset_book(content: TrialContent | LedgerContent) -> bytes:
    """A report of the books as an unsigned PDF; same content, same bytes."""
    page = trial_page(content) if isinstance(content, TrialContent) else ledger_page(content)
    return typeset("book.typ", {"page": json.dumps(page)}, content.head.made_at)


def typeset_statement(content: StatementContent, at: datetime) -> bytes:
    """The account statement as an unsigned PDF; same content and moment, same bytes."""
    return typeset("statement.typ", {"page": json.dumps(statement_page(content))}, at)


def typeset_slip(content: SlipContent) -> bytes:
    """A deposit slip as an unsigned PDF; same content, same bytes."""
    return typeset("book.typ", {"page": json.dumps(slip_page(content))}, content.sent_at)


def typeset_door_card(content: DoorCardContent, at: datetime) -> bytes:
    """The door card as an unsigned PDF; it holds secrets, so whoever makes it hands it on and keeps nothing."""
    return typeset("door_card.typ", {"page": json.dumps(door_card_page(content))}, at)


def typeset(template: str, inputs: dict[str, str], at: datetime) -> bytes:
    """One PDF from a template of this room; raises typst.TypstError when the template is wrong."""
    # A compiler of its own for each document: it holds the inputs, and two threads must not share them.
    compiler = typst.Compiler(TEMPLATES / template, root=TEMPLATES, font_paths=_fonts(), sys_inputs=inputs)
    pdf = compiler.compile(format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=int(at.timestamp()))
    if not isinstance(pdf, bytes):
        raise TypeError("typst returned pages instead of one PDF")
    return pdf
