"""Who may see what was sent."""

from django.conf import settings
from django.db.models import QuerySet

from koumen.kit.actor import Actor, Role
from koumen.messages.models import Message


def keeps_words() -> bool:
    """Whether the words of messages are kept to be shown: never in production."""
    return not settings.IS_PRODUCTION


def may_see_words() -> bool:
    """Whoever tries the demonstration reads every message, because no telephone rings there."""
    return keeps_words()


def visible_to(actor: Actor) -> QuerySet[Message]:
    """The messages an actor may know were sent: one's own; staff and the system all."""
    if actor.is_staff or actor.role is Role.SYSTEM:
        return Message.objects.all()
    return Message.objects.filter(person_id=actor.person_id) if actor.person_id else Message.objects.none()
