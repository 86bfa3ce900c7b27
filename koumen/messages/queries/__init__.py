"""What a fact has to tell to whom, and what was sent."""

from koumen.messages.queries.about import letters_about
from koumen.messages.queries.letters import SentMessage, sent_messages, waiting_message

__all__ = ["SentMessage", "letters_about", "sent_messages", "waiting_message"]
