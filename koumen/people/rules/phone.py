"""Telephone numbers as one thing, however they were written: E.164."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from koumen.kit.errors import Invalid

# A number is at most 15 digits (ITU-T E.164); with brackets, blanks and dashes nobody needs more than this.
LONGEST_TEXT = 32


def normalise_phone(text: str, *, region: str) -> str:
    """The number in E.164; without a country code it is read as one of ``region`` (ISO 3166, two letters).

    Possible is enough: numbering plans change faster than our copy of them, and a number that does not exist
    only receives nothing. Raises Invalid("phone-unreadable").
    """
    if len(text) > LONGEST_TEXT:
        raise Invalid("phone-unreadable", field="phone")
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        raise Invalid("phone-unreadable", field="phone") from None
    # An extension would be lost, and a message cannot be sent to one.
    if number.extension or not phonenumbers.is_possible_number(number):
        raise Invalid("phone-unreadable", field="phone")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
