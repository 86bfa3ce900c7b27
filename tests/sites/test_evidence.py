"""Photos and signatures on the pages of all sites: kept at the table, looked at by compliance, objected to by the customer."""

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from koumen.agents import commands as agents
from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.credit.models import CostSheet, RepaymentPlan
from koumen.credit.rules.cost_sheet import instalment_sheet
from koumen.credit.rules.parameters import Parameters
from koumen.documents.models import Document
from koumen.kit import clock
from koumen.kit.actor import Actor, Role
from koumen.kit.ids import new_id
from koumen.payments import commands as payments
from koumen.visits import commands as visits
from koumen.visits.models import Evidence
from koumen.visits.rules.evidence import Purpose
from koumen.visits.rules.links import Purpose as For
from koumen.visits.rules.links import make_token
from tests import builders
from tests.documents.snapshots import a_photo, a_signature
from tests.sites.doors import as_agent, as_customer, as_staff, key_in, nobody, text
from tests.sites.test_repayment_plans import five, plan_of
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db

DRAWN = f"data:image/png;base64,{base64.b64encode(a_signature()).decode()}"


@pytest.fixture
def story(at: datetime) -> Iterator[Story]:
    """At the table; the clock stands."""
    cache.clear()
    found = a_visit(at).proven()
    with clock.stopped_at(found.now):
        yield found


@pytest.fixture
def phone(story: Story) -> Client:
    return as_agent(story.agent.person_id)


def office(story: Story, role: Role = Role.COMPLIANCE) -> Client:
    return as_staff(builders.a_person(story.now, role=role))


def picture(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("IMG_0815.jpg", content or a_photo(), content_type="image/jpeg")


def photographs(phone: Client, story: Story, **said: Any) -> Any:
    here = f"/agent/visits/{story.visit_id}/photo/"
    given = {"once": key_in(phone.get(here)), "purpose": "door_card", "photo": picture(), "is_narrow": "on"}
    return phone.post(here, given | said)


def a_piece(story: Story) -> Evidence:
    return visits.keep_photo(
        visit_id=story.visit_id,
        purpose=Purpose.INCIDENT,
        content=a_photo(),
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )


# --- at the table ---------------------------------------------------------------------------------------


def test_an_agent_keeps_a_photo_for_a_purpose_and_sees_it_no_more(phone: Client, story: Story) -> None:
    assert f"/agent/visits/{story.visit_id}/evidence/" in text(phone.get(f"/agent/visits/{story.visit_id}/"))
    done = photographs(phone, story)
    assert done["Location"] == f"/agent/visits/{story.visit_id}/evidence/"
    kept = text(phone.get(done["Location"]))
    assert "A damaged door card" in kept
    assert "<img" not in kept
    assert Evidence.objects.get().purpose == Purpose.DOOR_CARD


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"photo": picture(b"hello")}, "We cannot read this as a picture"),
        ({"photo": picture(bytes(8_500_000))}, "of 8 megabytes at most"),
        ({"is_narrow": ""}, "look at the photo again"),
        ({"purpose": "the_home"}, "id_purpose-error"),
        ({"purpose": "costs"}, "id_purpose-error"),
    ],
)
def test_a_photo_that_cannot_be_kept_is_said_at_its_field(
    phone: Client, story: Story, said: dict[str, Any], words: str
) -> None:
    assert words in text(photographs(phone, story, **said))
    assert not Evidence.objects.exists()


def test_a_signature_is_drawn_or_photographed_on_paper_and_needs_no_script(
    phone: Client, story: Story
) -> None:
    here = f"/agent/visits/{story.visit_id}/signature/"
    page = phone.get(here)
    assert "By name" not in text(page), "one agent alone witnesses no typed name"
    assert phone.post(here, {"once": key_in(page), "way": "drawn", "drawn": DRAWN}).status_code == 302
    page = phone.get(here)
    assert phone.post(here, {"once": key_in(page), "way": "on_paper", "paper": picture()}).status_code == 302
    assert [one.way for one in Evidence.objects.order_by("taken_at", "id")] == ["drawn", "on_paper"]


@pytest.mark.parametrize(
    "said",
    [
        {"way": "drawn", "drawn": "data:image/png;base64,@@"},
        {"way": "drawn", "drawn": ""},
        {"way": "on_paper"},
        {"way": "typed", "name": "李秀英"},
        {"way": "thumb"},
        {},
    ],
)
def test_what_is_no_signature_is_asked_for_again(phone: Client, story: Story, said: dict[str, str]) -> None:
    here = f"/agent/visits/{story.visit_id}/signature/"
    assert phone.post(here, {"once": key_in(phone.get(here)), **said}).status_code == 409
    assert not Evidence.objects.exists()


def test_a_team_may_witness_a_typed_name(phone: Client, story: Story) -> None:
    builders.with_partner(story.visit.shift, story.now)
    here = f"/agent/visits/{story.visit_id}/signature/"
    page = phone.get(here)
    assert "before both visitors" in text(page)
    phone.post(here, {"once": key_in(page), "way": "typed", "name": "李秀英"})
    assert Evidence.objects.get().way == "typed"


def test_another_agent_sees_and_keeps_nothing(story: Story) -> None:
    other = as_agent(builders.an_agent(story.now).person_id)
    for path in ("evidence/", "photo/", "signature/"):
        assert other.get(f"/agent/visits/{story.visit_id}/{path}").status_code == 404


# --- costs ----------------------------------------------------------------------------------------------


def test_a_plan_made_at_the_table_is_signed_instead_of_waited_for(phone: Client, story: Story) -> None:
    new = f"/agent/visits/{story.visit_id}/plan/new/"
    shown = phone.get(phone.post(new, five(phone.get(new)) | {"pace": "quick"})["Location"])
    sheet = CostSheet.objects.get()
    here = f"/agent/visits/{story.visit_id}/costs/{sheet.id}/"
    assert here in text(shown)
    page = phone.get(here)
    said = {"once": key_in(page), "way": "drawn", "drawn": DRAWN}
    assert phone.post(here, said)["Location"] == f"/agent/visits/{story.visit_id}/plan/"
    assert phone.post(here, said).status_code == 302, "sent twice it is the same yes"
    assert plan_of(story).state == "running"
    signed, piece = CostSheet.objects.get(), Evidence.objects.get()
    assert (signed.confirmed_how, signed.signature_digest) == ("signature", piece.digest)
    assert piece.purpose == Purpose.COSTS
    (fact,) = Fact.objects.filter(kind="CostSheetConfirmed")
    assert piece.digest in fact.body


def test_a_signature_that_fails_lets_no_plan_begin(phone: Client, story: Story) -> None:
    new = f"/agent/visits/{story.visit_id}/plan/new/"
    phone.post(new, five(phone.get(new)) | {"pace": "quick"})
    phone.get(f"/agent/visits/{story.visit_id}/plan/")
    here = f"/agent/visits/{story.visit_id}/costs/{CostSheet.objects.get().id}/"
    assert phone.post(here, {"once": key_in(phone.get(here)), "way": "drawn", "drawn": ""}).status_code == 409
    assert CostSheet.objects.get().confirmed_at is None
    assert RepaymentPlan.objects.get().state == "proposed"


def instalments(story: Story, actor: Actor) -> CostSheet:
    twelve = instalment_sheet(Parameters(), principal_minor=1_000_00, terms=12, currency="CNY")
    return credit.show_cost_sheet(account_id=story.account_id, sheet=twelve, actor=actor, at=story.now)


def test_instalments_chosen_on_the_own_phone_are_signed_on_the_visitors(phone: Client, story: Story) -> None:
    sheet = instalments(story, story.customer)
    instalments(story, Actor(Role.FINANCE, new_id(), staff_roles=frozenset({Role.FINANCE})))
    kept = f"/agent/visits/{story.visit_id}/evidence/"
    here = f"/agent/visits/{story.visit_id}/costs/{sheet.id}/"
    assert text(phone.get(kept)).count("/costs/") == 1
    page = phone.get(here)
    assert "1,088.00" in text(page).replace("\xa0", " ")
    assert phone.post(here, {"once": key_in(page), "way": "drawn", "drawn": DRAWN})["Location"] == kept
    assert CostSheet.objects.get(id=sheet.id).confirmed_how == "signature"


def test_while_a_visitor_is_there_the_own_page_says_that_one_may_sign_and_goes_on_afterwards(
    phone: Client, story: Story
) -> None:
    sheet, other = instalments(story, story.customer), a_visit(story.now)
    home, own = as_customer(story.home.person_id), f"/costs/{sheet.id}/?next=/instalments/{sheet.id}/"
    assert "sign on their telephone" in text(home.get(own))
    alone = f"/costs/{instalments(other, other.customer).id}/"
    assert "sign on their telephone" not in text(as_customer(other.home.person_id).get(alone))
    here = f"/agent/visits/{story.visit_id}/costs/{sheet.id}/"
    phone.post(here, {"once": key_in(phone.get(here)), "way": "drawn", "drawn": DRAWN})
    assert f'class="btn" href="/instalments/{sheet.id}/"' in text(home.get(own))


def test_another_customers_costs_are_not_signed_here(phone: Client, story: Story) -> None:
    other = a_visit(story.now)
    here = f"/agent/visits/{story.visit_id}/costs/{instalments(other, other.customer).id}/"
    assert phone.get(here).status_code == 404
    said = {"once": str(new_id()), "way": "drawn", "drawn": DRAWN}
    assert phone.post(here, said).status_code == 404
    assert not Evidence.objects.exists()
    assert CostSheet.objects.get().confirmed_at is None


# --- the office and the customer ------------------------------------------------------------------------


def test_compliance_opens_a_photo_with_a_reason_and_dispatch_cannot(story: Story) -> None:
    piece = a_piece(story)
    visit, look = f"/console/visits/{story.visit_id}/", f"/console/evidence/{piece.id}/look/"
    clerk, desk = office(story), office(story, Role.DISPATCHER)
    assert look in text(clerk.get(visit))
    assert look not in text(desk.get(visit))
    assert desk.post(look, {"reason": "safety"}).status_code == 403
    assert clerk.post(look, {"reason": "curiosity"}).status_code == 422
    assert not Fact.objects.filter(kind="EvidenceSeen").exists()
    seen = clerk.post(look, {"reason": "safety"})
    assert (seen["Content-Type"], seen["Cache-Control"]) == ("image/jpeg", "no-store")
    assert seen.content.startswith(b"\xff\xd8\xff")
    assert "looks: 1" in text(clerk.get(visit))


def test_the_customer_sees_purpose_and_day_objects_and_compliance_deletes_it(story: Story) -> None:
    piece, home = a_piece(story), as_customer(story.home.person_id)
    page = text(home.get("/evidence/"))
    assert "Something that happened" in page
    assert "<img" not in page
    home.post(f"/evidence/{piece.id}/object/")
    complaint = Evidence.objects.get().objection_id
    assert "answer under Complaints" in text(home.get("/evidence/"))
    assert "is nobody" in text(home.get("/complaints/"))
    clerk, visit = office(story), f"/console/visits/{story.visit_id}/"
    assert "The customer objects to it" in text(clerk.get(visit))
    assert f"/evidence/{piece.id}/look/" in text(clerk.get(f"/console/complaints/{complaint}/"))
    assert clerk.post(f"/console/evidence/{piece.id}/remove/")["Location"] == visit
    assert not Document.objects.filter(kind="evidence").exists()
    assert "Deleted" in text(home.get("/evidence/"))


def test_a_stranger_objects_to_nothing(story: Story) -> None:
    piece, stranger = a_piece(story), as_customer(a_visit(story.now).home.person_id)
    assert "Nothing was kept" in text(stranger.get("/evidence/"))
    assert stranger.post(f"/evidence/{piece.id}/object/").status_code == 404


# --- faces ----------------------------------------------------------------------------------------------


def with_face(story: Story) -> None:
    """Two administrators give the agent a photo."""
    one, other = (
        Actor(
            Role.ADMINISTRATOR,
            builders.a_person(story.now, role=Role.ADMINISTRATOR),
            staff_roles=frozenset({Role.ADMINISTRATOR}),
        )
        for _ in range(2)
    )
    portrait = agents.upload_portrait(agent_id=story.agent.id, content=a_photo(), actor=one, at=story.now)
    agents.approve_portrait(portrait_id=portrait.id, actor=other, at=story.now)


def face(story: Story) -> str:
    return f"/visits/{story.visit_id}/visitor/{story.agent.staff_number}.jpg"


def test_two_administrators_give_an_agent_a_face(story: Story) -> None:
    one, other = (office(story, Role.ADMINISTRATOR) for _ in range(2))
    here = f"/console/staff/agents/{story.agent.id}/photo/"
    assert here in text(one.get("/console/staff/"))
    assert "id_photo-error" in text(one.post(here, {"photo": picture(b"me")}))
    assert one.post(here, {"photo": picture()})["Location"] == here
    portrait = story.agent.portraits.get()
    approve = f"/console/staff/photos/{portrait.id}/approve/"
    assert approve not in text(one.get(here))
    assert one.post(approve).status_code == 403
    assert approve in text(other.get(here))
    assert other.get(f"/console/staff/photos/{portrait.id}.jpg")["Content-Type"] == "image/jpeg"
    assert other.post(approve).status_code == 302
    assert "Shown" in text(one.get(here))
    assert office(story, Role.DISPATCHER).post(here, {"photo": picture()}).status_code == 403
    assert one.post(f"/console/staff/photos/{portrait.id}/withdraw/").status_code == 302
    assert "There is no photo yet" in text(one.get(here))


def test_the_customer_sees_the_face_beside_the_pictures_and_nobody_else_and_not_afterwards(
    at: datetime,
) -> None:
    story = a_visit(at)
    home, stranger = as_customer(story.home.person_id), as_customer(a_visit(at).home.person_id)
    assert home.get(face(story)).status_code == 404
    with_face(story)
    assert face(story) in text(home.get("/"))
    story.at_the_door()
    at_the_door = text(home.get(f"/visits/{story.visit_id}/"))
    assert face(story) in at_the_door
    assert "who-large" in at_the_door
    assert home.get(face(story))["Content-Type"] == "image/jpeg"
    assert stranger.get(face(story)).status_code == 404
    assert nobody().get(face(story)).status_code == 302
    story.compares(matched=False)
    visits.break_off(visit_id=story.visit_id, reason="pictures_differ", actor=story.visitor, at=story.now)
    assert home.get(face(story)).status_code == 404


def test_the_phone_desk_can_describe_the_face_of_who_comes_today(at: datetime) -> None:
    story = a_visit(at)
    with_face(story)
    with clock.stopped_at(at):
        page = text(office(story, Role.DISPATCHER).get(f"/console/genuine/?q={story.home.number}"))
    assert f"/console/staff/photos/{story.agent.portraits.get().id}.jpg" in page


def link(story: Story) -> str:
    token = make_token(settings.KOUMEN_DOOR_KEY, visit_id=story.visit_id, purpose=For.VISITOR)
    return f"/public/visitor/{token}/"


def test_whoever_holds_the_link_and_reads_the_badge_sees_the_face_while_somebody_is_on_the_way(
    at: datetime,
) -> None:
    cache.clear()
    story = a_visit(at)
    with_face(story)
    here, badge = link(story), story.agent.staff_number
    asked, refused = nobody(), "Nobody with this number is on the way to you"
    assert badge not in text(asked.get(here))
    early = text(asked.post(here, {"badge": badge}))
    story.sets_out()
    wrong = text(asked.post(here, {"badge": builders.an_agent(at).staff_number}))
    for page in (early, wrong):
        assert refused in page
        assert "data:image" not in page
        assert "李" not in page
    right = text(asked.post(here, {"badge": f" {badge.lower()} "}))
    assert "data:image/jpeg;base64," in right
    assert "Ask for your two pictures first" in right
    assert asked.post(here, {"badge": ""}).status_code == 200


def test_a_link_for_something_else_or_of_nobody_opens_no_face(at: datetime) -> None:
    story = a_visit(at).sets_out()
    rating = make_token(settings.KOUMEN_DOOR_KEY, visit_id=story.visit_id, purpose=For.RATING)
    for token in (rating, str(story.visit_id), "x"):
        assert nobody().get(f"/public/visitor/{token}/").status_code == 404


def test_badges_are_not_tried_one_after_the_other(at: datetime) -> None:
    cache.clear()
    story = a_visit(at).sets_out()
    answers = [nobody().post(link(story), {"badge": f"A{n}"}).status_code for n in range(11)]
    assert answers == [200] * 10 + [429]


# --- who paid -------------------------------------------------------------------------------------------


def test_whoever_pays_for_the_customer_is_named_on_the_paper_and_in_no_fact(
    phone: Client, story: Story
) -> None:
    here = f"/agent/visits/{story.visit_id}/questions/"
    said = {"company": "trusted", "understands": "yes", "is_free": "yes", "payer": "family"}
    assert "name of whoever pays" in text(phone.post(here, said))
    assert phone.post(here, said | {"payer_name": "王小明"}).status_code == 302
    story.agrees()
    story.says(story.code())
    payment = payments.pay_cash(
        visit_id=story.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=story.visitor,
        at=story.now + timedelta(minutes=1),
    )
    for width in ("58", "80", "a5"):
        assert "王小明" in text(phone.get(f"/agent/receipts/{payment.receipt.id}/{width}/"))
    content = payments.receipt_content(receipt_id=payment.receipt.id, at=story.now)
    assert content.payer == "王小明"
    assert not Fact.objects.filter(body__contains="王小明").exists()
    assert b"\xe7\x8e\x8b" not in bytes(story.visit.will_checks.get().payer_name or b"")


def test_the_customers_own_money_names_nobody_else(phone: Client, story: Story) -> None:
    said = {"company": "alone", "understands": "yes", "is_free": "yes", "payer": "themselves"}
    phone.post(f"/agent/visits/{story.visit_id}/questions/", said | {"payer_name": "王小明"})
    assert story.visit.will_checks.get().payer_name is None
