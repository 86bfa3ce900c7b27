"""What is typed from the slip of a card terminal; never a card number."""

from koumen.kit.errors import Invalid

# Acquirers give six signs; some give eight.
LONGEST_APPROVAL = 8


def approval_code(typed: str) -> str:
    """Raises Invalid("approval-unreadable")."""
    plain = "".join(typed.split()).upper()
    if not 4 <= len(plain) <= LONGEST_APPROVAL or not (plain.isascii() and plain.isalnum()):
        raise Invalid("approval-unreadable", field="approval_code")
    return plain


def last_four(typed: str) -> str:
    """The last four digits; more of a card number is refused and never kept. Raises Invalid("last-four-unreadable")."""
    plain = "".join(typed.split())
    if len(plain) != 4 or not (plain.isascii() and plain.isdigit()):
        raise Invalid("last-four-unreadable", field="last_four")
    return plain
