"""What can be done to a visit, by moment: booking, on the road, at the door, the ending."""

from koumen.visits.commands.afterwards import (
    ask_handover,
    moderate_rating,
    note_handover,
    rate_visit,
    reply_to_rating,
    tell_handover,
)
from koumen.visits.commands.agreeing import agree_amount, enter_code, unlock_code
from koumen.visits.commands.alarms import ask_office, take_alert
from koumen.visits.commands.assigning import change_agent
from koumen.visits.commands.booking import (
    book_visit,
    cancel_visit,
    confirm_by_call,
    confirm_visit,
    lapse_visit,
    move_visit,
)
from koumen.visits.commands.cards import CardLine, IssuedCard, issue_door_card, withdraw_door_card
from koumen.visits.commands.door import confirm_pictures, prove_customer, renew_pictures, vouch_for_customer
from koumen.visits.commands.ending import break_off, leave, no_answer, pay_visit
from koumen.visits.commands.evidence import (
    Seen,
    delete_due_evidence,
    keep_photo,
    keep_signature,
    look_at_evidence,
    object_to_evidence,
    remove_evidence,
    sign_costs,
)
from koumen.visits.commands.follow_ups import finish_follow_up, note_follow_up
from koumen.visits.commands.following import follow_owed
from koumen.visits.commands.inquiries import answer_caller, answer_inquiry, ask_if_genuine
from koumen.visits.commands.offline import OfflinePayment, PackedDoor, pack_door, pay_visit_offline
from koumen.visits.commands.places import delete_places, prove_place
from koumen.visits.commands.road import Arrival, arrive, set_out, turn_back
from koumen.visits.commands.telling import answer_reminder, notify_customer
from koumen.visits.commands.watching import check_in, raise_alarm
from koumen.visits.commands.will import check_will

__all__ = [
    "Arrival",
    "CardLine",
    "IssuedCard",
    "OfflinePayment",
    "PackedDoor",
    "Seen",
    "agree_amount",
    "answer_caller",
    "answer_inquiry",
    "answer_reminder",
    "arrive",
    "ask_handover",
    "ask_if_genuine",
    "ask_office",
    "book_visit",
    "break_off",
    "cancel_visit",
    "change_agent",
    "check_in",
    "check_will",
    "confirm_by_call",
    "confirm_pictures",
    "confirm_visit",
    "delete_due_evidence",
    "delete_places",
    "enter_code",
    "finish_follow_up",
    "follow_owed",
    "issue_door_card",
    "keep_photo",
    "keep_signature",
    "lapse_visit",
    "leave",
    "look_at_evidence",
    "moderate_rating",
    "move_visit",
    "no_answer",
    "note_follow_up",
    "note_handover",
    "notify_customer",
    "object_to_evidence",
    "pack_door",
    "pay_visit",
    "pay_visit_offline",
    "prove_customer",
    "prove_place",
    "raise_alarm",
    "rate_visit",
    "remove_evidence",
    "renew_pictures",
    "reply_to_rating",
    "set_out",
    "sign_costs",
    "take_alert",
    "tell_handover",
    "turn_back",
    "unlock_code",
    "vouch_for_customer",
    "withdraw_door_card",
]
