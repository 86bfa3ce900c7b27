"""Handing messages to their channels: the SMS provider, or nowhere in a demonstration.

The app is no outside channel: its messages stand on the customer's own signed-in pages.
"""

import httpx
import structlog
from django.conf import settings

from koumen.audit.command import in_transaction
from koumen.kit import clock
from koumen.messages.rules.letter import Channel, Outgoing
from koumen.messages.rules.signing import signed_request

logger = structlog.get_logger()

# A provider that takes longer is asked again by the job; meanwhile nobody waits on a page.
PATIENCE_S = 10.0


def hand_over(outgoing: Outgoing) -> None:
    """Give a message to its channel; raises httpx.HTTPError when the provider did not take it."""
    if outgoing.channel is Channel.SMS and settings.IS_PRODUCTION:
        _post(outgoing)
    logger.info(
        "message_handed_over",
        message_id=str(outgoing.message_id),
        channel=str(outgoing.channel),
        template=outgoing.template,
    )


def _post(outgoing: Outgoing) -> None:
    if in_transaction():
        raise RuntimeError("a gateway is never called while a transaction is open")
    if not outgoing.content.phone:
        logger.warning("message_without_number", message_id=str(outgoing.message_id))
        return
    body, headers = signed_request(
        settings.KOUMEN_SMS_KEY,
        message_id=outgoing.message_id,
        phone=outgoing.content.phone,
        text=outgoing.content.text,
        at=clock.now(),
    )
    answer = httpx.post(settings.KOUMEN_SMS_URL, content=body, headers=headers, timeout=PATIENCE_S)
    answer.raise_for_status()
