"""The lender's word that a key belongs to a device of one of its agents."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koumen.devices.rules.envelope import moment_text
from koumen.devices.rules.signing import to_text
from koumen.kit.canonical import canonical

NAME = "koumen.device.1"


@dataclass(frozen=True, kw_only=True)
class DeviceCertificate:
    """What is certified; no name of a person stands in it."""

    device_id: UUID
    code: str  # and the series of its receipts
    staff_number: str
    point: bytes
    valid_from: datetime
    valid_to: datetime

    def text(self) -> str:
        """What the lender signs."""
        return canonical(
            {
                "certificate": NAME,
                "device": str(self.device_id),
                "code": self.code,
                "staff_number": self.staff_number,
                "public_key": to_text(self.point),
                "valid_from": moment_text(self.valid_from),
                "valid_to": moment_text(self.valid_to),
            }
        )


def enrolment_text(*, token_digest: bytes, point: bytes) -> str:
    """What the new device signs: that it holds the key, for this enrolment and no other."""
    return canonical({"enrol": NAME, "token_sha256": to_text(token_digest), "public_key": to_text(point)})


def certificate_fields(text: str) -> dict[str, str]:
    """The certificate's fields, as it states them."""
    found: dict[str, str] = json.loads(text)
    return found
