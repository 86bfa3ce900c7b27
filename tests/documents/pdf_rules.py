"""The rules of PDF/A-3 (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) that a signature added later can break.

Our own reading of the standards, not a validator: veraPDF stays the judge where it can be run.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader

PRINT, UNSEEN = 1 << 2, (1 << 0) | (1 << 1) | (1 << 5) | (1 << 8)  # Invisible, Hidden, NoView, ToggleNoView


def broken_rules(pdf: bytes) -> list[str]:
    """The rules a file breaks, by clause; empty when none of those known here."""
    reader = PdfFileReader(BytesIO(pdf))
    return [
        *_claims(reader),
        *_form(reader),
        *_widgets(reader),
        *_signatures(reader, len(pdf)),
        *_dates(reader),
    ]


def given(holder: DictionaryObject, key: str, default: object = None) -> Any:
    """A value with every reference in it followed one step: pyHanko's own `get` and iteration hand out references."""
    value = holder[key] if key in holder else default  # noqa: SIM401  (`get` hands out references)
    return [item.get_object() for item in value] if isinstance(value, ArrayObject) else value


def xmp(reader: PdfFileReader) -> str:
    return bytes(reader.root["/Metadata"].data).decode()


def _claims(reader: PdfFileReader) -> Iterator[str]:
    said = dict(re.findall(r"(pdfaid:part|pdfaid:conformance|pdfuaid:part)[>=\"\s]+(\w+)", xmp(reader)))
    if said != {"pdfaid:part": "3", "pdfaid:conformance": "A", "pdfuaid:part": "1"}:
        yield f"6.6.4 claims {said}"
    if not reader.root["/MarkInfo"]["/Marked"] or "/StructTreeRoot" not in reader.root:
        yield "6.7 not tagged"
    if "/Lang" not in reader.root:
        yield "UA 7.2 no language"
    if not reader.root["/ViewerPreferences"]["/DisplayDocTitle"]:
        yield "UA 7.1 title not shown"


def _form(reader: PdfFileReader) -> Iterator[str]:
    form = given(reader.root, "/AcroForm", {})
    if form.get("/NeedAppearances"):
        yield "6.4.1 NeedAppearances"
    if "/XFA" in form:
        yield "6.4.2 XFA"


def _pages(node: DictionaryObject) -> Iterator[DictionaryObject]:
    for kid in given(node, "/Kids"):
        if kid["/Type"] == "/Page":
            yield kid
        else:
            yield from _pages(kid)


def _widgets(reader: PdfFileReader) -> Iterator[str]:
    for page in _pages(reader.root["/Pages"]):
        annotations = [a for a in given(page, "/Annots", []) if a["/Subtype"] == "/Widget"]
        if annotations and page.get("/Tabs") != "/S":
            yield "UA 7.18.3 tab order"
        for widget in annotations:
            yield from _widget(widget, [float(edge) for edge in given(page, "/CropBox", page["/MediaBox"])])


def _widget(widget: DictionaryObject, crop: list[float]) -> Iterator[str]:
    flags = int(widget.get("/F", 0))
    left, bottom, right, top = (float(edge) for edge in widget["/Rect"])
    if not flags & PRINT or flags & UNSEEN:
        yield "6.3.2 must print and must not be hidden"
    if "/AP" not in widget and (left != right or bottom != top):
        yield "6.3.3 no appearance"
    if "/A" in widget or "/AA" in widget:
        yield "6.4.1 action"
    is_outside = right < crop[0] or top < crop[1] or left > crop[2] or bottom > crop[3]
    if not is_outside and ("/StructParent" not in widget or "/TU" not in widget):
        yield "UA 7.18.4 on the page and not in a Form tag"


def _signatures(reader: PdfFileReader, size: int) -> Iterator[str]:
    for signature in reader.embedded_signatures:
        start, _, after, rest = signature.byte_range
        if start != 0 or after + rest != size:
            yield "6.4.3 byte range"
        if not signature.signed_data["certificates"] or len(signature.signed_data["signer_infos"]) != 1:
            yield "6.4.3 certificate and one signer"


def _dates(reader: PdfFileReader) -> Iterator[str]:
    info = given(reader.trailer["/Info"], "/ModDate") if "/Info" in reader.trailer else None
    told = re.search(r"ModifyDate[>=\"\s]+([^<\"]+)", xmp(reader))
    if info and told and _moment(str(info)) != _moment(told[1]):
        yield f"6.6.3 ModDate {info} and {told[1]}"


def _moment(text: str) -> str:
    return re.sub(r"\D", "", text)[:14]
