"""What about a device alarms the office, and why acts are set aside."""

from enum import StrEnum


class AlarmKind(StrEnum):
    """What must be looked at."""

    NUMBER_USED_TWICE = "number_used_twice"  # two different acts with one number: a copied phone
    CHAIN_BROKEN = "chain_broken"  # an act names another act before it than the one we have
    FORGED = "forged"  # not signed by the device
    GAP = "gap"  # acts that have not come within two hours
    RECEIPT_GAP = "receipt_gap"  # a receipt number that no act used
    RECEIPT_USED_TWICE = "receipt_used_twice"
    REVOKED = "revoked"  # an act from a phone that is not believed any more
    CLOCK = "clock"  # the phone's clock said what cannot be
    TOLD_LATE = "told_late"  # told so late that only the phone knows when it was done
    OLD_PACK = "old_pack"  # done with the day pack of a day that was over
    MONEY_ASIDE = "money_aside"  # cash or a card payment that could not be booked: a person must


class SetAside(StrEnum):
    """Why an act waits for a person, when no command refused it."""

    FORGED = "act-forged"
    NUMBER_USED_TWICE = "act-number-used-twice"
    CHAIN_BROKEN = "act-chain-broken"
    REVOKED = "device-revoked"
    AGENT_INACTIVE = "agent-inactive"
    CERTIFICATE_OVER = "certificate-over"
    RECEIPT_USED_TWICE = "receipt-number-used-twice"
    MAY_NOT_KNOCK = "may-not-knock"
    NOT_PROVEN = "customer-not-proven"
    CODE_WRONG = "code-not-right"
    SIGN_UNKNOWN = "sign-not-known"
    UNREADABLE = "act-unreadable"
    FAULT = "act-fault"  # our own program failed on it: it is kept and looked at


ALARM_OF = {
    SetAside.FORGED: AlarmKind.FORGED,
    SetAside.NUMBER_USED_TWICE: AlarmKind.NUMBER_USED_TWICE,
    SetAside.CHAIN_BROKEN: AlarmKind.CHAIN_BROKEN,
    SetAside.REVOKED: AlarmKind.REVOKED,
    SetAside.AGENT_INACTIVE: AlarmKind.REVOKED,
    SetAside.CERTIFICATE_OVER: AlarmKind.REVOKED,
    SetAside.RECEIPT_USED_TWICE: AlarmKind.RECEIPT_USED_TWICE,
}


class RevokeReason(StrEnum):
    """Why a device is not believed any more."""

    LOST = "lost"
    STOLEN = "stolen"
    BROKEN = "broken"
    REPLACED = "replaced"
    AGENT_LEFT = "agent_left"


class DismissReason(StrEnum):
    """Why there is nothing to do about an act."""

    DONE_OTHERWISE = "done_otherwise"  # the same was entered by another way
    NOT_OURS = "not_ours"  # not signed by a device of ours
    OVERTAKEN = "overtaken"  # what came later made it empty
