"""What a file of repayments may say, what of it is refused, and that nothing is posted twice."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from koumen.audit.models import Fact
from koumen.credit.books import check_books
from koumen.credit.importer import FileFault, LinesRefused, payable
from koumen.credit.models import Activity, CreditAccount, Repayment
from koumen.kit.actor import Role
from koumen.kit.errors import Denied, Invalid
from koumen.ledger.models import Entry
from koumen.ledger.rules.chart import AccountKind
from tests import builders
from tests.credit.stories import Line, a_line
from tests.repayments.files import HEADER, Paid, post, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(at: datetime) -> Line:
    """A line that owes 500.00 and is counted up to now."""
    line = a_line(at)
    line.buys(500_00, at - timedelta(days=30))
    line.is_billed(datetime(2026, 11, 1).date(), at)  # noqa: DTZ001  (a day)
    return line


@pytest.fixture
def number(line: Line) -> str:
    return CreditAccount.objects.get(id=line.account_id).number


def test_amounts_and_moments_are_read_as_people_and_banks_write_them(
    tmp_path: Path, number: str, line: Line, at: datetime
) -> None:
    rows = [
        f'{number},"1,0.50",CNY,2026-11-24T11:00:00+08:00,A',
        f"{number},１0.5,CNY,2026-11-24T03:30:00Z,B",
        f"{number},10,CNY,2026-11-24 11:45,C",
        f"{number},10.00,CNY,2026-11-23,D",
    ]
    posted = post(written(tmp_path, rows), at)
    assert posted.at_once + posted.one_by_one == 4
    assert line.owed(at).all_minor == 459_00
    moments = sorted(Repayment.objects.values_list("tendered_at", flat=True))
    assert [moment.isoformat() for moment in moments] == [
        "2026-11-22T16:00:00+00:00",
        "2026-11-24T03:00:00+00:00",
        "2026-11-24T03:30:00+00:00",
        "2026-11-24T03:45:00+00:00",
    ]
    assert check_books().is_right


def test_an_amount_in_minor_units_has_a_column_of_its_own(
    tmp_path: Path, number: str, line: Line, at: datetime
) -> None:
    header = "note,reference,tendered_at,currency,amount_minor,account"
    post(written(tmp_path, [f"thanks,A,2026-11-24,CNY,10050,{number}"], header=header), at)
    assert line.owed(at).all_minor == 399_50


BAD = (
    ("nobody,1,CNY,2026-11-24,{}", "account: is no account of this branch"),
    (",1,CNY,2026-11-24,{}", "account: is empty"),
    ("{n},0,CNY,2026-11-24,{}", "amount: is not above zero"),
    ("{n},-5,CNY,2026-11-24,{}", "amount: is not above zero"),
    ("{n},0.001,CNY,2026-11-24,{}", "amount: has more decimals than the 2 of CNY"),
    ("{n},1000000000000000,CNY,2026-11-24,{}", "amount: is absurdly large"),
    ("{n},ten,CNY,2026-11-24,{}", "amount: is not an amount"),
    ("{n},1e3,CNY,2026-11-24,{}", "amount: is not an amount"),
    ("{n},1,TWD,2026-11-24,{}", "currency: is not the account's, CNY"),
    ("{n},1,XXX,2026-11-24,{}", "currency: is no currency that is known here"),
    ("{n},1,CNY,2026-11-25,{}", "tendered_at: lies in the future"),
    ("{n},1,CNY,2026-11-24T12:00:01+08:00,{}", "tendered_at: lies in the future"),
    ("{n},1,CNY,1926-11-24,{}", "tendered_at: lies before 2000"),
    ("{n},1,CNY,24.11.2026,{}", "tendered_at: is no date or moment"),
    ("{n},1,CNY,2026-11-24,", "reference: is empty"),
    ("{n},1,CNY,2026-11-24,{}" + "x" * 300, "reference: is longer than 200 characters"),
    ("{n},2,CNY,2026-11-24,GOOD", "reference: is also on line 2, with another account, amount or moment"),
    ("{n},1,CNY,2026-11-24", "has 4 fields instead of 5"),
)


def test_bad_lines_are_named_with_field_and_reason_and_nothing_is_kept(
    tmp_path: Path, number: str, at: datetime
) -> None:
    entries = Entry.objects.count()
    bad = [text.format(f"B{place}", n=number) for place, (text, _) in enumerate(BAD)]
    with pytest.raises(LinesRefused) as refusal:
        post(written(tmp_path, [f"{number},1,CNY,2026-11-24,GOOD", *bad]), at)
    assert refusal.value.count == len(BAD)
    told = str(refusal.value)
    for place, (_, why) in enumerate(BAD):
        assert f"line {place + 3}{',' if ': ' in why else ':'} {why}" in told
    assert (Entry.objects.count(), Repayment.objects.count()) == (entries, 0)


def test_with_a_place_for_them_bad_lines_go_there_and_good_ones_are_posted(
    tmp_path: Path, number: str, at: datetime
) -> None:
    rejects = tmp_path / "rejects.csv"
    rows = [f"{number},1,CNY,2026-11-24,A", "nobody,1,CNY,2026-11-24,B", f"{number},2,CNY,2026-11-24,C"]
    posted = post(written(tmp_path, rows), at, rejects=rejects)
    assert (posted.at_once + posted.one_by_one, posted.rejected) == (2, 1)
    assert list(csv.DictReader(rejects.read_text(encoding="utf-8").splitlines())) == [
        {"line": "3", "field": "account", "why": "is no account of this branch", "text": rows[1]}
    ]


def test_a_closed_account_takes_no_money(tmp_path: Path, number: str, at: datetime) -> None:
    CreditAccount.objects.filter(number=number).update(state="closed")
    with pytest.raises(LinesRefused, match="account: is closed"):
        post(written(tmp_path, [f"{number},1,CNY,2026-11-24,A"]), at)


def test_an_account_that_closes_meanwhile_makes_its_line_a_bad_one(
    tmp_path: Path, number: str, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payable, "PART", 1)
    ids = {number: CreditAccount.objects.get(number=number).id}
    other = CreditAccount.objects.get(id=a_line(at).account_id)
    ids[other.number] = other.id
    first, last = sorted(ids, key=lambda one: ids[one])

    def close(done: int, of: int) -> None:
        CreditAccount.objects.filter(number=last).update(state="closed")

    rejects = tmp_path / "rejects.csv"
    file = written(tmp_path, [Paid(last, 1_00, at, "A"), Paid(first, 1_00, at, "B")])
    posted = post(file, at, rejects=rejects, on_progress=close)
    assert (posted.at_once, posted.rejected) == (1, 1)
    assert "was refused (account-closed)" in rejects.read_text(encoding="utf-8")
    again = post(file, at, rejects=rejects)
    assert (again.known, again.rejected) == (1, 1)
    assert "account,is closed" in rejects.read_text(encoding="utf-8")


def test_the_same_file_again_posts_nothing(tmp_path: Path, number: str, line: Line, at: datetime) -> None:
    rows = [Paid(number, 10_00, at - timedelta(minutes=no), f"R{no}") for no in range(3)]
    file = written(tmp_path, rows)
    post(file, at)
    facts = Fact.objects.count()
    again = post(file, at + timedelta(days=1))
    assert (again.at_once, again.one_by_one, again.known) == (0, 0, 3)
    assert (Activity.objects.filter(kind="repayment").count(), Fact.objects.count()) == (3, facts)
    assert line.owed(at).all_minor == 470_00


def test_of_two_files_that_overlap_each_line_counts_once(
    tmp_path: Path, number: str, line: Line, at: datetime
) -> None:
    rows = [Paid(number, 10_00, at - timedelta(minutes=no), f"R{no}") for no in range(5)]
    post(written(tmp_path, rows[:3]), at)
    longer = post(written(tmp_path, [*rows[1:], rows[4]], name="longer.csv"), at)
    assert (longer.at_once + longer.one_by_one, longer.known) == (2, 3)
    assert line.owed(at).all_minor == 450_00


def test_a_known_reference_with_another_body_is_a_bad_line(
    tmp_path: Path, number: str, line: Line, at: datetime
) -> None:
    post(written(tmp_path, [Paid(number, 10_00, at, "R")]), at)
    with pytest.raises(LinesRefused, match="is here already, with another account, amount or moment"):
        post(written(tmp_path, [Paid(number, 11_00, at, "R")]), at)
    assert line.owed(at).all_minor == 490_00


def test_another_source_gives_references_of_its_own(
    tmp_path: Path, number: str, line: Line, at: datetime
) -> None:
    file = written(tmp_path, [Paid(number, 10_00, at, "R")])
    post(file, at)
    assert post(file, at, into=AccountKind.WALLET).known == 0
    assert line.owed(at).all_minor == 480_00


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is empty"),
        (HEADER, "has no repayments"),
        ("account,amount,currency,tendered_at\n", "has no column reference"),
        ("account,account,amount,currency,tendered_at,reference\n", "has a column twice: account"),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, at: datetime, content: str, why: str) -> None:
    file = tmp_path / "paid.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(FileFault, match=why):
        post(file, at)


def test_only_finance_and_the_system_post_files_and_only_where_the_branch_keeps_money(
    tmp_path: Path, number: str, at: datetime
) -> None:
    file = written(tmp_path, [Paid(number, 10_00, at, "R")])
    with pytest.raises(Denied):
        post(file, at, actor=builders.staff(Role.DISPATCHER))
    for into in (AccountKind.AGENT_CASH, AccountKind.MERCHANT):
        with pytest.raises(Invalid):
            post(file, at, into=into)
    assert post(file, at, actor=builders.staff(Role.FINANCE)).rejected == 0
