"""Who is told what, by which channel, once; and that no secret is told twice or kept."""

import hmac
import json
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from koumen.agents.models import Shift
from koumen.audit.models import Fact
from koumen.credit.commands import reverse_activity
from koumen.credit.rules.mending import REASONS, Act
from koumen.dispatch.commands import WaitRequest, join_waiting_list, leave_waiting_list, offer_places
from koumen.dispatch.rules.wish import VisitWish
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Denied, Missing
from koumen.kit.ids import new_id
from koumen.kit.pictures import PICTURES
from koumen.messages import gateway, jobs
from koumen.messages.commands import send_secret, write_messages
from koumen.messages.models import Message
from koumen.messages.queries import SentMessage, letters_about, sent_messages
from koumen.messages.rules.letter import Channel, Content, Outgoing, Template
from koumen.messages.rules.signing import signed_request
from koumen.messages.words import VOIDINGS, WORDS
from koumen.payments.commands import pay_cash
from koumen.payments.jobs import void_receipts
from koumen.people.commands import change_preferences, reveal
from koumen.visits import commands as visits
from koumen.visits import queries as visit_queries
from koumen.visits.rules.reasons import CancelReason
from tests import builders
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db


def tell_all() -> None:
    """Run the reaction for every fact there is, in order."""
    for kind, fact_id in Fact.objects.order_by("id").values_list("kind", "fact_id"):
        if kind in TOLD:
            jobs.tell(fact_id)


TOLD = {
    *("VisitRequested", "VisitBooked", "VisitMoved", "VisitCancelled", "AgentSetOut", "AgentArrived"),
    *("NobodyAnswered", "CodeLocked", "PicturesRenewed", "PaymentMade", "ReceiptVoided", "PlaceOffered"),
    *("CustomerNotified", "WantedLowered"),
    *("StandingAsked", "StandingAgreed", "StandingTurned"),
}


def sent(template: Template | str) -> list[SentMessage]:
    return sent_messages(template=str(template))


def the(template: Template) -> SentMessage:
    (message,) = sent(template)
    return message


# --- channels -------------------------------------------------------------------------------------------


def test_the_card_comes_by_one_channel_and_the_pictures_by_another(at: datetime) -> None:
    story = a_visit(at)
    tell_all()
    card, pair = the(Template.VISIT_BOOKED), the(Template.PICTURE_PAIR)
    assert (card.channel, pair.channel) == (Channel.SMS, Channel.APP)
    assert pair.pictures == visit_queries.pictures_for(actor=SYSTEM, visit_id=story.visit_id)
    assert story.agent.staff_number in card.text
    assert story.visit.number in card.text
    assert card.pictures == ()
    assert story.agent.staff_number not in pair.text, "whoever reads one channel cannot play the agent"


def test_of_two_who_come_both_are_named_with_both_badges(at: datetime) -> None:
    story = a_visit(at)
    team = builders.with_partner(story.visit.shift, at)
    tell_all()
    card = the(Template.VISIT_BOOKED)
    for agent in (story.agent, Shift.objects.get(joined_to=team).agent):
        assert agent.staff_number in card.text


def test_a_time_that_came_free_is_told_while_it_can_be_answered(at: datetime) -> None:
    builders.the_base_pack(at)
    builders.a_shift(builders.an_agent(at), at)
    customer = builders.a_customer(at)
    request = WaitRequest(
        customer_id=customer.id,
        account_id=builders.a_credit_account(customer, at),
        date=date(2026, 11, 25),
        part_of_day="morning",
        wanted_minor=30000,
        currency="CNY",
        wish=VisitWish(),
    )
    waiting = join_waiting_list(request=request, actor=builders.themselves(customer), at=at)
    offer_places(actor=SYSTEM, at=at)
    tell_all()
    told = the(Template.PLACE_OFFERED)
    assert f"/waiting/{waiting.id}/" in told.text
    assert "14:00" in told.text
    leave_waiting_list(waiting_id=waiting.id, actor=builders.themselves(customer), at=at)
    fact = Fact.objects.filter(kind="PlaceOffered").latest("id")
    assert letters_about(fact) == []


def test_no_channel_carries_what_another_keeps_secret(at: datetime) -> None:
    story = a_visit(at).proven()
    tell_all()
    story.agrees()
    code = story.code()
    story.says(code)
    pay_cash(
        visit_id=story.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )
    tell_all()
    everything = sent_messages(limit=1000)
    assert len(everything) >= 3
    for message in everything:
        assert code not in message.text, "a release code is in no message at all"
        assert bool(message.pictures) == (message.template == Template.PICTURE_PAIR)
        if message.channel == Channel.SMS:
            assert not any(re.search(rf"\b{word}\b", message.text) for word in PICTURES)


def test_a_payment_tells_amount_what_is_left_and_where_the_receipt_is(at: datetime) -> None:
    story = a_visit(at).may_be_paid()
    payment = pay_cash(
        visit_id=story.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )
    tell_all()
    text = the(Template.PAYMENT_MADE).text
    assert "¥300.00" in text
    assert "¥700.00" in text
    assert payment.receipt.printed_number in text
    assert f"/public/r/{payment.receipt.token}" in text


def test_whoever_paid_is_told_that_the_receipt_is_void_why_and_what_is_owed_again(at: datetime) -> None:
    story = a_visit(at).may_be_paid()
    change_preferences(language="en", actor=story.customer, at=at)
    payment = pay_cash(
        visit_id=story.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )
    reverse_activity(activity_id=payment.id, reason="money_did_not_come", actor=SYSTEM, at=story.now)
    void_receipts(Fact.objects.get(kind="ActivityReversed").fact_id)
    for _ in range(2):
        tell_all()
    text = the(Template.RECEIPT_VOID).text
    for said in (payment.receipt.printed_number, "¥300.00", "¥1,000.00", VOIDINGS["money_did_not_come"]):
        assert said in text, said


def test_every_reason_for_taking_back_is_told_in_words() -> None:
    assert set(VOIDINGS) == set(REASONS[Act.REVERSAL])


def test_three_wrong_codes_are_told_and_that_we_call(at: datetime) -> None:
    story = a_visit(at).proven()
    story.agrees()
    for _ in range(3):
        story.says(story.wrong_code())
    tell_all()
    assert len(sent(Template.CODE_LOCKED)) == 1


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_everybody_is_told_in_their_own_language(at: datetime, language: str) -> None:
    story = a_visit(at)
    change_preferences(language=language, actor=story.customer, at=at)
    tell_all()
    written = "Tuesday 24 November" if language == "en" else "11月24日"
    assert written in the(Template.VISIT_BOOKED).text


def test_every_template_can_be_filled() -> None:
    known = {
        "agent",
        "lender",
        "day",
        "window",
        "badge",
        "number",
        "help",
        "link",
        "until",
        "time",
        "amount",
        "receipt",
    }
    money = {"lender", "amount", "balance", "credit", "receipt", "link", "reason", "help"}
    account = {"lender", "pay", "total", "limit", "first_due", "last_due", "until", "link", "help"}
    assert set(WORDS) == set(Template)
    for template, words in WORDS.items():
        named = {part.split(")")[0] for part in words.split("%(")[1:]}
        about_money = template in {
            *(Template.PAYMENT_MADE, Template.PAYMENT_LATE, Template.CREDIT_KEPT, Template.RECEIPT_VOID)
        }
        about_account = template.startswith("plan_") or template is Template.LIMIT_CHANGED
        assert named <= (account if about_account else money if about_money else known), template


# --- once, and only while it is true --------------------------------------------------------------------


def test_the_same_fact_tells_once_however_often_the_job_runs(at: datetime) -> None:
    a_visit(at)
    tell_all()
    before = list(Message.objects.order_by("id").values())
    tell_all()
    assert list(Message.objects.order_by("id").values()) == before
    assert Fact.objects.filter(kind="MessageSent").count() == len(before)


def test_what_the_channel_did_not_take_is_sent_at_the_next_try(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_visit(at)
    fact = Fact.objects.get(kind="VisitBooked")

    def silent(outgoing: Outgoing) -> None:
        raise ConnectionError(outgoing.message_id)

    monkeypatch.setattr(jobs, "hand_over", silent)
    with pytest.raises(ConnectionError):
        jobs.tell(fact.fact_id)
    monkeypatch.undo()
    jobs.tell(fact.fact_id)
    assert Message.objects.filter(delivered_at__isnull=True).count() == 0
    assert Message.objects.count() == 2


def test_nobody_is_told_to_expect_an_agent_who_does_not_come_any_more(at: datetime) -> None:
    story = a_visit(at).sets_out()
    visits.cancel_visit(
        visit_id=story.visit_id, reason=CancelReason.UNWELL, actor=story.customer, at=story.now
    )
    tell_all()
    assert {m.template for m in sent_messages()} == {Template.VISIT_CANCELLED, Template.STOP_CALLED_OFF}


def test_an_unknown_fact_tells_nothing() -> None:
    with pytest.raises(Fact.DoesNotExist):
        write_messages(fact_id=new_id(), actor=SYSTEM, at=datetime(2026, 1, 1, tzinfo=UTC))


# --- codes for signing in -------------------------------------------------------------------------------


def a_code(story: Story, at: datetime) -> Message:
    person_id = story.home.person_id
    return send_secret(
        person_id=person_id, template="sign_in_code", text="482913 is your number", channel="sms", at=at
    )


def test_a_code_waits_sealed_and_no_job_or_column_holds_it(at: datetime) -> None:
    message = a_code(a_visit(at), at)
    stored = Message.objects.filter(id=message.id).values().get()
    assert b"482913" not in bytes(stored["sealed_text"] or b"")
    assert all(
        b"482913" not in str(value).encode() for name, value in stored.items() if name != "sealed_text"
    )
    job = ProcrastinateJob.objects.get(task_name="koumen.messages.jobs.deliver_sealed")
    assert job.args == {"message_id": str(message.id)}
    jobs.deliver_sealed(str(message.id))
    assert [m.text for m in sent("sign_in_code")] == ["482913 is your number"]
    assert not Fact.objects.filter(body__contains="482913").exists()


def test_sealed_words_open_only_in_their_own_row(at: datetime) -> None:
    story = a_visit(at)
    first, second = a_code(story, at), a_code(story, at)
    Message.objects.filter(id=second.id).update(sealed_text=first.sealed_text)
    with pytest.raises(InvalidTag):
        sent("sign_in_code")


def test_a_code_for_nobody_is_refused(at: datetime) -> None:
    with pytest.raises(Missing, match="person-not-found"):
        send_secret(person_id=new_id(), template="sign_in_code", text="1", channel="sms", at=at)


# --- production -----------------------------------------------------------------------------------------


def test_production_keeps_no_word_and_shows_none(
    at: datetime, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.IS_PRODUCTION = True
    taken: list[Outgoing] = []
    monkeypatch.setattr(jobs, "hand_over", taken.append)
    story = a_visit(at)
    message = a_code(story, at)
    tell_all()
    jobs.deliver_sealed(str(message.id))
    phone = reveal(person_ids=[story.home.person_id], purpose="test", actor=SYSTEM, at=at)[
        story.home.person_id
    ].phone
    assert {outgoing.content.phone for outgoing in taken} == {phone}
    assert len(taken) == 3
    assert Message.objects.filter(sealed_text__isnull=False).count() == 0
    with pytest.raises(Denied, match="words-not-kept"):
        sent_messages()


def test_a_gateway_is_not_called_while_a_transaction_is_open(settings: Settings) -> None:
    settings.IS_PRODUCTION = True
    outgoing = Outgoing(new_id(), Channel.SMS, "x", Content(name="", phone="+8619900000001", text="x"))
    with pytest.raises(RuntimeError, match="transaction"):
        gateway.hand_over(outgoing)


def test_what_the_provider_gets_is_signed_with_its_moment(at: datetime) -> None:
    body, headers = signed_request(b"k" * 32, message_id=new_id(), phone="+861", text="你好", at=at)
    moment = headers["Koumen-Time"]
    expected = hmac.digest(b"k" * 32, moment.encode() + b"." + body, sha256).hex()
    assert headers["Koumen-Signature"] == f"sha256={expected}"
    assert json.loads(body)["text"] == "你好"
    later = signed_request(b"k" * 32, message_id=new_id(), phone="+861", text="你好", at=at + timedelta(1))
    assert later[1]["Koumen-Signature"] != headers["Koumen-Signature"]


def test_a_letter_never_shows_its_words_by_accident() -> None:
    content = Content(name="李", phone="+86199", text="482913")
    assert "482913" not in f"{content!r} {Outgoing(new_id(), Channel.SMS, 'x', content)!r}"


def test_production_without_a_provider_is_refused_by_name(tmp_path: Path) -> None:
    keys = ("MASTER", "INDEX", "DOOR", "WALLET", "SECRET", "SMS")
    given = {f"KOUMEN_{name}_KEY": "ab" * 32 for name in keys}
    settings = {
        "KOUMEN_MODE": "production",
        "KOUMEN_DATA": str(tmp_path),
        "KOUMEN_HOSTS": "a.example",
        "KOUMEN_PUBLIC_URL": "https://a.example",
    }
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("KOUMEN_", "DJANGO_"))}
    ran = subprocess.run(
        [sys.executable, "-c", "import koumen.config.settings"],
        env=outside | given | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "KOUMEN_SMS_URL" in ran.stderr


def test_who_waits_for_a_message_never_waits_for_the_receipts_that_are_printed_before_it(
    at: datetime,
) -> None:
    """Of many payments at once all copies go first, and the PDFs after them."""
    story = a_visit(at).may_be_paid()
    pay_cash(
        visit_id=story.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )
    waiting = ProcrastinateJob.objects.filter(status="todo").order_by("-priority", "id")
    names = [job.task_name for job in waiting]
    told = max(place for place, name in enumerate(names) if name == "koumen.messages.jobs.tell")
    assert names.index("koumen.payments.jobs.print_receipt") > told
