"""The door card as its page shows it: every text printable, the digits in two groups, nothing below 18 points."""

from koumen.documents.rules.door_card import CardPair, CardPicture, DoorCardContent
from koumen.documents.rules.door_card_wording import DOOR_CARD_WORDING
from koumen.documents.rules.page import REGIONS, date_text
from koumen.documents.rules.printable import printable
from koumen.documents.rules.wording import WORDING


def door_card_page(content: DoorCardContent) -> dict[str, object]:
    """Everything the template sets, as JSON values."""
    words, shared = DOOR_CARD_WORDING[content.language], WORDING[content.language]
    number = printable(content.customer_number).text
    return {
        "language": content.language.split("-")[0],
        "region": REGIONS[content.language],
        "title": f"{words.title} {number}",
        "date": [content.issued.year, content.issued.month, content.issued.day],
        "lender": printable(content.lender).text,
        "heading": words.title,
        "facts": [
            (words.customer, number),
            (words.card, str(content.generation)),
            (words.issued, date_text(content.issued, shared)),
        ],
        "how": words.how,
        "steps": words.steps,
        "head": words.head,
        "lines": [_line(line) for line in content.lines],
        "never": words.never,
        "forced": words.forced,
        "lost": words.lost.format(phone=printable(content.help_phone).text),
        "footer": words.footer.format(number=number),
    }


def _line(line: CardPair) -> dict[str, object]:
    return {
        "number": str(line.number),
        "pictures": [_picture(line.first), _picture(line.second)],
        "code": f"{line.code[:3]} {line.code[3:]}",
    }


def _picture(picture: CardPicture) -> dict[str, str]:
    return {"svg": picture.svg, "name": printable(picture.name).text}
