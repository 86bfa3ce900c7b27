"""Answers that survive although they say no: the command commits and returns them."""

from enum import StrEnum


class CodeResult(StrEnum):
    """What became of a typed code."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    EXPIRED = "expired"


class ProofResult(StrEnum):
    """Whether the customer proved who they are."""

    PROVEN = "proven"
    NOT_PROVEN = "not_proven"  # try another means
    EXHAUSTED = "exhausted"  # three failures: the visit is broken off


class Means(StrEnum):
    """By what a customer proves who they are."""

    BIRTH_YEAR = "birth_year"  # said by the customer, compared here: the agent never sees the right one
    IDENTITY_CARD = "identity_card"
    LENDER_CARD = "lender_card"


class ConfirmedOn(StrEnum):
    """On whose screen the customer agreed."""

    OWN_SCREEN = "own_screen"
    AGENTS_PHONE = "agents_phone"  # turned to the customer
    TOLD_LATER = "told_later"  # only a device's word for cash tells of it


class AlertKind(StrEnum):
    """What alarms the console."""

    PICTURES_DIFFER = "pictures_differ"
    CODE_LOCKED = "code_locked"
    CASH_UNPROVEN = "cash_unproven"


CODE_TRIES = 3
IDENTITY_TRIES = 3
