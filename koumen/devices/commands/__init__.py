"""What can be done to devices and acts: enrolling, packing, receiving, settling, reviewing."""

from koumen.devices.commands.enrolling import (
    enrol_device,
    open_enrolment,
    require_app_version,
    revoke_device,
)
from koumen.devices.commands.packing import issue_day_pack
from koumen.devices.commands.receiving import Sent, receive_act
from koumen.devices.commands.reviewing import dismiss_act, post_set_aside, take_device_alarm

__all__ = [
    "Sent",
    "dismiss_act",
    "enrol_device",
    "issue_day_pack",
    "open_enrolment",
    "post_set_aside",
    "receive_act",
    "require_app_version",
    "revoke_device",
    "take_device_alarm",
]
