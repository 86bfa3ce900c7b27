"""The number of a visit, as it is said on the phone."""


def visit_number(serial: int) -> str:
    """The serial with a Luhn check digit: one wrong or two swapped digits name no other visit."""
    total = 0
    for place, digit in enumerate(reversed(str(serial))):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{serial}{-total % 10}"
