"""Engaging agents, their portraits and certificates, their working days, what becomes of a day, and what they take along."""

from koumen.agents.commands.items import (
    add_item,
    close_shift,
    lend_item,
    mend_item,
    open_shift,
    return_item,
)
from koumen.agents.commands.portraits import approve_portrait, upload_portrait, withdraw_portrait
from koumen.agents.commands.shifts import (
    certify_agent,
    count_change,
    delay_shift,
    end_shift_early,
    engage_agent,
    equip_shift,
    join_shifts,
    part_shifts,
    plan_shift,
    resume_shift,
)

__all__ = [
    "add_item",
    "approve_portrait",
    "certify_agent",
    "close_shift",
    "count_change",
    "delay_shift",
    "end_shift_early",
    "engage_agent",
    "equip_shift",
    "join_shifts",
    "lend_item",
    "mend_item",
    "open_shift",
    "part_shifts",
    "plan_shift",
    "resume_shift",
    "return_item",
    "upload_portrait",
    "withdraw_portrait",
]
