"""The books on the console: from the trial balance to the single entry, by day, on paper, and closed."""

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from koumen.documents.queries import verify_pdf
from koumen.documents.rules.receipt import Language
from koumen.kit.actor import SYSTEM, Role
from koumen.kit.ids import new_id
from koumen.ledger.commands import reverse_entry
from koumen.ledger.models import BookPeriod, Entry
from koumen.web.console.pages.days import Days, head
from tests.sites.doors import text
from tests.sites.test_console import desk, paid, rows_of
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(at: datetime) -> Story:
    return a_visit(at)


def test_a_book_says_what_stood_there_before_and_after_its_days_and_leads_to_the_other_side(
    story: Story, at: datetime
) -> None:
    paid(story)
    client = desk(at, Role.FINANCE)
    that_day = text(
        client.get("/console/finance/books/agent_cash/CNY/?day_from=2026-11-24&day_to=2026-11-24")
    )
    assert "Opening balance</dt><dd><b>¥ 0.00" in that_day
    assert "Closing balance</dt><dd><b>¥ 300.00" in that_day
    assert f">{story.agent.staff_number}</a>" in that_day
    assert f"/console/finance/books/principal/CNY/of/{story.account_id}/" in that_day
    later = text(client.get("/console/finance/books/agent_cash/CNY/?day_from=2026-11-25"))
    assert "Opening balance</dt><dd><b>¥ 300.00" in later
    assert "Nothing has moved on this account." in later


def test_an_agent_s_cash_is_told_movement_by_movement_with_what_was_in_hand(
    story: Story, at: datetime
) -> None:
    paid(story)
    client = desk(at, Role.FINANCE)
    statement = f"/console/finance/books/agent_cash/CNY/of/{story.agent.id}/"
    assert f'<a href="{statement}">' in text(client.get("/console/finance/"))
    assert f"Cash with agents {story.agent.staff_number} CNY" in text(client.get(statement))
    owners = rows_of(client.get("/console/finance/books/agent_cash/CNY/owners/all.csv"))
    assert owners[1:] == [[story.agent.staff_number, str(story.agent.id), "300.00", "0.00", "300.00"]]
    for path in (f"of/{new_id()}/", f"of/{new_id()}/all.csv", f"of/{new_id()}/all.pdf"):
        assert client.get(f"/console/finance/books/agent_cash/CNY/{path}").status_code == 404, path
        assert client.get(f"/console/finance/books/bank/CNY/{path}").status_code == 404, path
    assert client.get("/console/finance/books/bank/CNY/owners/").status_code == 404


def test_an_entry_shows_all_its_movements_its_source_and_what_undid_it(story: Story, at: datetime) -> None:
    paid(story)
    client = desk(at, Role.ADMINISTRATOR)
    entry = Entry.objects.get(kind="cash_tender")
    path = f"/console/finance/entries/{entry.entry_id}/"
    assert f'href="{path}"' in text(client.get("/console/finance/books/agent_cash/CNY/"))
    before = text(client.get(path))
    assert f"/console/audit/facts/?subject={entry.source_id}" in before
    assert "This entry was undone." not in before
    undone = reverse_entry(entry_id=entry.entry_id, actor=SYSTEM, at=at)
    assert f'href="/console/finance/entries/{undone.entry_id}/"' in text(client.get(path))
    reversal = text(client.get(f"/console/finance/entries/{undone.entry_id}/"))
    assert f'Undoes</dt><dd class="hash"><a class="link" href="{path}"' in reversal
    assert desk(at, Role.DISPATCHER).get(path).status_code == 403
    assert client.get(f"/console/finance/entries/{new_id()}/").status_code == 404


def test_reports_are_on_paper_too(story: Story, at: datetime) -> None:
    paid(story)
    client = desk(at, Role.FINANCE)
    for path in (
        "trial-balance.pdf",
        "trial-balance.pdf?day_to=2026-11-24",
        "books/agent_cash/CNY/all.pdf",
        f"books/agent_cash/CNY/of/{story.agent.id}/all.pdf?day_from=2026-11-24",
    ):
        answer = client.get(f"/console/finance/{path}")
        assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-"), path
        assert verify_pdf(answer.content).is_genuine, path
        paper = SimpleUploadedFile("report.pdf", answer.content)
        assert "The signature is ours" in text(client.post("/public/receipt/", {"file": paper}))


@pytest.mark.parametrize(
    "query",
    [
        "day_to=never",
        "day_from=2026-13-40",
        "before=x",
        "before=2026-99-99_1",
        "before=99999999999999999999",
        "day_to=",
    ],
)
def test_what_cannot_be_read_in_the_address_of_a_report_filters_nothing(
    story: Story, at: datetime, query: str
) -> None:
    paid(story)
    client = desk(at, Role.FINANCE)
    assert "¥ 300.00" in text(client.get(f"/console/finance/?{query}"))
    assert "movements: 1<" in text(client.get(f"/console/finance/books/agent_cash/CNY/?{query}"))
    assert story.agent.staff_number in text(
        client.get(f"/console/finance/books/agent_cash/CNY/owners/?{query}")
    )


def test_days_the_wrong_way_round_are_said_and_not_guessed(at: datetime) -> None:
    client = desk(at, Role.FINANCE)
    for name in ("", "all.csv", "all.pdf"):
        path = f"/console/finance/books/bank/CNY/{name}?day_from=2026-11-02&day_to=2026-11-01"
        assert client.get(path).status_code == 422, name


def test_a_report_that_is_too_long_for_paper_is_refused(
    story: Story, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid(story)
    monkeypatch.setattr("koumen.web.console.pages.books.MOST_ROWS", 1)
    answer = desk(at, Role.FINANCE).get("/console/finance/books/principal/CNY/all.pdf")
    assert answer.status_code == 422
    assert "do not fit on paper" in text(answer)


def test_finance_closes_days_and_sees_what_is_closed(story: Story, at: datetime) -> None:
    client = desk(at, Role.FINANCE)
    assert "No day is closed yet." in text(client.get("/console/finance/closed-days/"))
    closing = "/console/finance/closed-days/close/"
    assert client.post(closing, {"through": "2026-11-23"})["Location"] == "/console/finance/closed-days/"
    assert "Closed by" in text(client.get("/console/finance/closed-days/"))
    assert [
        client.post(closing, {"through": day}).status_code for day in ("2026-11-23", "2026-11-24", "x")
    ] == [
        *(409, 422, 422),
    ]
    assert BookPeriod.objects.count() == 1


def test_compliance_sees_the_closed_days_but_does_not_close(at: datetime) -> None:
    client = desk(at, Role.COMPLIANCE)
    assert "Close more days" not in text(client.get("/console/finance/closed-days/"))
    assert client.post("/console/finance/closed-days/close/", {"through": "2026-11-23"}).status_code == 403
    assert not BookPeriod.objects.exists()


@pytest.mark.parametrize(
    ("code", "language", "lender"),
    [
        ("en", Language.EN, "Qinghe Consumer Finance"),
        ("zh-hans", Language.HANS, "清河消费金融有限公司"),
        ("zh-hant", Language.HANT, "清河消费金融有限公司"),
    ],
)
def test_paper_is_in_the_language_of_the_page(
    at: datetime, code: str, language: Language, lender: str
) -> None:
    with override(code):
        above = head(Days({"day_from": "2026-11-01"}), SYSTEM, at)
    assert (above.language, above.lender, str(above.from_date)) == (language, lender, "2026-11-01")
