"""Faces for the demonstration's agents: drawn, and nobody's; put in by one administrator and approved by another."""

from io import BytesIO
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from PIL import Image, ImageDraw

from koumen.agents import commands as agents
from koumen.agents import queries
from koumen.agents.queries.portraits import portraits_shown
from koumen.kit.actor import SYSTEM, Role
from koumen.people import commands as people
from koumen.people.queries import actor_for, persons_by_identity
from koumen.people.rules.details import PersonalDetails
from koumen.simulation.settling import Moment

if TYPE_CHECKING:
    from koumen.people.models import Person

GROUNDS = ("#dfe7ef", "#efe6dc", "#e2ecdf", "#eadff0")
HAIR = ("#2b2420", "#4a3628", "#6b6b6b")
SKIN = ("#f0c9a4", "#e3b58c", "#f5d6b8")
COATS = ("#0b6e4f", "#28417a", "#8a4b08")
# Without user name and telephone: nobody signs in as the colleague who takes the photos.
COLLEAGUE = PersonalDetails(name="周敏", given_name="周敏", identity_number="COLLEAGUE")


def give_faces(moment: Moment) -> None:
    """A portrait for each agent who has none."""
    cards = queries.agents(actor=SYSTEM)
    shown = portraits_shown(agent_ids=[card.agent_id for card in cards], today=moment.today)
    missing = [(no, card) for no, card in enumerate(cards) if card.agent_id not in shown]
    if not missing:
        return
    known = get_user_model().objects.get(username=str(Role.ADMINISTRATOR))
    one, other = (actor_for(person, Role.ADMINISTRATOR) for person in (_colleague(moment), known))
    for no, card in missing:
        waiting = agents.upload_portrait(
            agent_id=card.agent_id, content=draw_face(no), actor=one, at=moment.at
        )
        agents.approve_portrait(portrait_id=waiting.id, actor=other, at=moment.at)


def draw_face(no: int) -> bytes:
    """Another one for each number."""
    image = Image.new("RGB", (480, 640), GROUNDS[no % len(GROUNDS)])
    pen = ImageDraw.Draw(image)
    hair, skin, coat = HAIR[no % len(HAIR)], SKIN[no // 2 % len(SKIN)], COATS[no // 3 % len(COATS)]
    pen.ellipse((60, 440, 420, 900), fill=coat)
    pen.rectangle((205, 380, 275, 480), fill=skin)
    pen.ellipse((130, 110, 350, 420 - 30 * (no % 2)), fill=hair)
    pen.ellipse((145, 160, 335, 420), fill=skin)
    pen.pieslice((140, 120, 340, 300), 180, 360, fill=hair)
    for left in (190, 270):
        pen.ellipse((left, 270, left + 20, 290), fill="#1c2430")
    pen.arc((200, 310, 280, 365), 20, 160, fill="#8f3a2f", width=6)
    made = BytesIO()
    image.save(made, format="PNG")
    return made.getvalue()


def _colleague(moment: Moment) -> "Person":
    known = persons_by_identity(COLLEAGUE.identity_number)
    return (
        known[0]
        if known
        else people.register_person(
            details=COLLEAGUE,
            roles=frozenset({Role.ADMINISTRATOR}),
            language="zh-hans",
            actor=SYSTEM,
            at=moment.at,
        )
    )
