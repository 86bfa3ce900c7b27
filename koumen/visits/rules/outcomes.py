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
    DOOR_CARD = "door_card"  # the card whose line the visit took
    CALL_BACK = "call_back"  # the desk called the number on file; only the desk can say so


class ConfirmedOn(StrEnum):
    """On whose screen the customer agreed."""

    OWN_SCREEN = "own_screen"
    AGENTS_PHONE = "agents_phone"  # turned to the customer
    ASSISTED = "assisted"  # typed by the agent as the customer said it, with a reason; the office looks at it
    TOLD_LATER = "told_later"  # only a device's word for cash tells of it


class AssistedReason(StrEnum):
    """Why the customer could not choose the amount themselves."""

    CANNOT_SEE = "cannot_see"
    CANNOT_TOUCH = "cannot_touch"
    CANNOT_READ = "cannot_read"
    SCREEN_BROKEN = "screen_broken"


class AlertKind(StrEnum):
    """What alarms the console."""

    PICTURES_DIFFER = "pictures_differ"
    CODE_LOCKED = "code_locked"
    CASH_UNPROVEN = "cash_unproven"
    DURESS = "duress"  # somebody said quietly that they are forced; nobody at the door sees it
    PRESSURE = "pressure"  # the customer does not pay of their own will
    NO_SIGN = "no_sign"  # an agent at a door has given no sign of life for too long
    ANSWER_DIFFERS = "answer_differs"  # what the customer says they gave is not what was booked
    LOW_RATING = "low_rating"
    AMOUNT_ASSISTED = "amount_assisted"  # the agent typed the amount for the customer
    SECOND_AGENT = "second_agent"  # asked for at the door: the bag is full, and the customer pays in cash
    ANOTHER_TIME = "another_time"  # asked for at the door, for what is not paid now
    COUNTS_DIFFER = "counts_differ"  # the second of a team counted other cash than was booked
    COUNTED_ALONE = "counted_alone"  # much cash at a visit of two, and only one of them tells of it
    NO_OUTCOME = "no_outcome"  # arrived long ago, and no ending told: a receipt may be missing


# What an agent at a door may ask the office for; the visit goes on.
ASKED_AT_THE_DOOR = frozenset({AlertKind.SECOND_AGENT, AlertKind.ANOTHER_TIME})


class CheckInResult(StrEnum):
    """Whether a sign of life was understood; a call for help is RIGHT as well."""

    RIGHT = "right"
    WRONG = "wrong"


class WillResult(StrEnum):
    """Whether a visit may go on to an amount."""

    GO_ON = "go_on"
    STOP_KINDLY = "stop_kindly"


CODE_TRIES = 3
IDENTITY_TRIES = 3
