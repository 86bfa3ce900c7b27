"""The public pages: how it works, is this receipt genuine, and what the demonstration sent."""

from datetime import datetime

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from koumen.audit.models import Fact
from koumen.credit import commands as credit
from koumen.kit.actor import SYSTEM
from koumen.kit.ids import new_id
from koumen.messages.commands import send_secret
from koumen.payments import commands as payments
from koumen.payments import jobs, queries
from koumen.payments.queries import ReceiptView
from koumen.web.public.pages.receipt import LARGEST_PDF
from tests.sites.doors import as_customer, nobody, text
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(at: datetime) -> Story:
    return a_visit(at)


@pytest.fixture
def reader(at: datetime) -> Client:
    return nobody()


@pytest.fixture
def receipt(story: Story) -> ReceiptView:
    story.may_be_paid()
    paid = payments.pay_cash(
        visit_id=story.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )
    return queries.receipt(actor=story.customer, receipt_id=paid.receipt.id)


def test_the_first_page_says_how_a_visit_works(reader: Client) -> None:
    page = text(reader.get("/public/"))
    assert "The visitor proves who they are, first." in page
    assert "We never come without a booking." in page
    assert "Messages sent" not in page


def test_whoever_holds_the_code_sees_what_we_booked_and_no_name(
    story: Story, receipt: ReceiptView, reader: Client
) -> None:
    page = text(reader.get(f"/public/r/{receipt.token}/"))
    assert "This receipt is genuine" in page
    for said in (receipt.number, "300.00", story.agent.staff_number):
        assert said in page
    for kept in ("李", "人民路", "700.00"):
        assert kept not in page


def test_the_signed_pdf_lies_behind_the_code_and_is_found_genuine(
    receipt: ReceiptView, reader: Client
) -> None:
    pdf = reader.get(f"/public/r/{receipt.token}.pdf")
    assert pdf["Content-Type"] == "application/pdf"
    same = reader.post("/public/receipt/", {"file": SimpleUploadedFile("receipt.pdf", pdf.content)})
    assert "The signature is ours" in text(same)
    broken = pdf.content.replace(b"/Type", b"/Typo", 1)
    other = reader.post("/public/receipt/", {"file": SimpleUploadedFile("receipt.pdf", broken)})
    assert "does not carry our unbroken signature" in text(other)


def test_a_void_receipt_says_so_by_qr_by_file_and_on_the_customers_list(
    story: Story, receipt: ReceiptView, reader: Client
) -> None:
    pdf = reader.get(f"/public/r/{receipt.token}.pdf").content
    (payment,) = story.visit.payments.all()
    credit.reverse_activity(activity_id=payment.id, reason="told_twice", actor=SYSTEM, at=story.now)
    jobs.void_receipts(Fact.objects.get(kind="ActivityReversed").fact_id)
    by_qr = text(reader.get(f"/public/r/{receipt.token}/"))
    by_file = text(reader.post("/public/receipt/", {"file": SimpleUploadedFile("receipt.pdf", pdf)}))
    listed = text(as_customer(story.home.person_id).get("/receipts/"))
    for page in (by_qr, by_file, listed):
        assert "VOID" in page
        assert "state-stopped" in page, "the shape says it too"
        assert "it was counted twice" in page
    assert "is genuine" not in by_qr
    assert f"receipt {receipt.number} does not count" in by_file


@pytest.mark.parametrize("content", [b"%PDF-1.7 nothing", b"\x00" * 20, b"MZ"])
def test_any_other_file_is_answered_and_not_believed(reader: Client, content: bytes) -> None:
    answered = reader.post("/public/receipt/", {"file": SimpleUploadedFile("receipt.pdf", content)})
    assert "does not carry our unbroken signature" in text(answered)


def test_a_file_too_large_is_said(reader: Client) -> None:
    large = SimpleUploadedFile("receipt.pdf", b"%PDF" + bytes(LARGEST_PDF))
    assert "too large" in text(reader.post("/public/receipt/", {"file": large}))


@pytest.mark.parametrize("path", ["/public/r/none/", "/public/r/none.pdf", "/public/r/%00/"])
def test_a_code_that_is_none_is_not_found(reader: Client, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_the_code_on_paper_is_typed_as_people_type(receipt: ReceiptView, reader: Client) -> None:
    typed = f" {receipt.short_code.lower()} "
    answered = reader.post("/public/receipt/", {"code": typed})
    assert answered["Location"] == f"/public/r/{receipt.token}/"


@pytest.mark.parametrize("code", ["", "ABCD-EFGH", "x" * 65, "'; --"])
def test_a_code_we_do_not_know_is_said_kindly(reader: Client, code: str) -> None:
    answered = reader.post("/public/receipt/", {"code": code})
    assert answered.status_code == 200
    assert "id_code-error" in text(answered)


def test_messages_are_shown_in_the_demonstration_alone(
    story: Story, reader: Client, settings: LazySettings
) -> None:
    send_secret(person_id=story.home.person_id, template="sign_in_code", text="<b>123456</b>", at=story.now)
    settings.IS_DEMO = False
    assert reader.get("/public/messages/").status_code == 404
    settings.IS_DEMO = True
    page = text(reader.get("/public/messages/"))
    assert "&lt;b&gt;123456" in page


def test_a_customer_is_nobody_on_the_public_site(story: Story) -> None:
    page = text(as_customer(story.home.person_id).get("/public/"))
    assert "李阿姨" not in page
