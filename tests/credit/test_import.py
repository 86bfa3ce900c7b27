"""Taking over a file of accounts: the good, the broken, and the same again."""

import csv
import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import phonenumbers
import pytest
from django.conf import settings

from koumen.audit.models import Fact
from koumen.branch.models import Branch
from koumen.credit.books import check_books
from koumen.credit.importer import (
    FileFault,
    LinesRefused,
    Outcome,
    Place,
    Takeover,
    import_accounts,
    read_places,
)
from koumen.credit.importer.invented import mobile_of
from koumen.credit.models import CreditAccount, Due, ImportBatch, Purchase, Statement
from koumen.credit.queries.timeline import TimelineSearch, timeline
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.errors import Conflict, Denied
from koumen.kit.ids import new_id
from koumen.ledger.models import Entry
from koumen.ledger.queries import trial_balance
from koumen.people.commands import reveal
from koumen.people.models import Person

# Real data belongs to others and is not kept here: named by one setting, left out where there is none.
REAL = Path(os.environ.get("KOUMEN_REAL_DATA", "") or "no-real-data")

HEADER = (
    *("ID", "LIMIT_BAL", "SEX", "EDUCATION", "MARRIAGE", "AGE"),
    *("PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6"),
    *(f"BILL_AMT{month}" for month in range(1, 7)),
    *(f"PAY_AMT{month}" for month in range(1, 7)),
    "class",
)
# As the file has them: a debt, a debt with refunds that becomes a credit balance, nothing at all, 1.00E+05.
ROWS = (
    "1,20000,2,2,1,24,2,2,-1,-1,-2,-2,3913,3102,689,0,0,0,0,689,0,0,0,0,1",
    "29999,80000,1,3,1,41,1,-1,0,0,0,-1,-1645,78379,76304,52774,11855,48944,85900,3409,1178,1926,52964,1804,1",
    "7,1.00E+05,1,1,2,79,-2,-2,-2,-2,-2,-2,0,0,0,0,0,0,0,0,0,0,0,0,0",
    "12,260000,2,1,2,51,-1,-1,-1,-1,-1,2,12261,-21670,9966,8517,-22287,1.00E+05,21818,9966,8583,22301,0,3640,0",
)
PLACES = (
    Place("臺北市大安區仁愛路四段345巷5號", "大安區", 25.04, 121.55),
    Place("臺北市中山區龍江路281-1號1樓", "中山區", 25.06, 121.54),
)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of accounts."""

    def written(
        rows: Iterable[str] = ROWS, name: str = "accounts.csv", header: str = ",".join(HEADER)
    ) -> Path:
        file = tmp_path / name
        file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return file

    return written


@pytest.fixture
def taiwan(db: None, at: datetime) -> None:
    """The branch of this process counts in Taiwanese dollars."""
    Branch.objects.filter(schema=settings.KOUMEN_BRANCH).update(
        currency="TWD", zone_name="Asia/Taipei", country="TW", language="zh-hant"
    )


def take_over(file: Path, at: datetime, rejects: Path | None = None) -> Outcome:
    takeover = Takeover(file=file, places=PLACES, rejects=rejects)
    return import_accounts(takeover=takeover, actor=SYSTEM, at=at)


def nothing_was_kept() -> bool:
    return not any(model.objects.exists() for model in (CreditAccount, Person, Statement, ImportBatch, Fact))


@pytest.mark.usefixtures("taiwan")
def test_every_bill_is_the_files_and_the_books_are_right(write: Callable[..., Path], at: datetime) -> None:
    outcome = take_over(write(), at)
    assert (outcome.accounts, outcome.statements, outcome.known, outcome.rejected) == (4, 24, 0, 0)
    for row in csv.DictReader(write().read_text(encoding="utf-8").splitlines()):
        bills = Statement.objects.filter(account__number=row["ID"]).order_by("issued_date")
        assert [bill.balance_minor for bill in bills] == [
            int(float(row[f"BILL_AMT{month}"])) for month in (6, 5, 4, 3, 2, 1)
        ]
        said = [int(row[name]) for name in ("PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0")]
        assert [bill.reported_lateness for bill in bills] == said
    assert check_books().is_right
    assert sum(line.balance_minor for line in trial_balance(actor=SYSTEM)) == 0


@pytest.mark.usefixtures("taiwan")
def test_an_account_tells_what_was_taken_over_as_such(write: Callable[..., Path], at: datetime) -> None:
    take_over(write([ROWS[1]]), at)
    account = CreditAccount.objects.get()
    rows = timeline(actor=SYSTEM, account_id=account.id, search=TimelineSearch(), limit=1000).rows
    *ours, first = rows
    assert first.kind == "opened"
    assert {"purchase", "import_payment", "bill", "opening"} <= {row.kind for row in ours}
    assert all(row.details["is_taken_over"] and not row.is_reversible for row in ours)
    entries = {row.entry_id for row in ours if row.kind != "bill"}
    assert entries == set(Entry.objects.values_list("entry_id", flat=True))


@pytest.mark.usefixtures("taiwan")
def test_a_payment_belongs_to_the_month_before_its_bill(write: Callable[..., Path], at: datetime) -> None:
    take_over(write([ROWS[1]]), at)
    september = Purchase.objects.get(purchased_at__year=2005, purchased_at__month=9)
    assert september.amount_minor == -1645 - 78379 + 85900, "PAY_AMT1 lies between BILL_AMT2 and BILL_AMT1"
    assert not Due.objects.exclude(principal_minor=0).exists(), "the customer is owed 1,645"


@pytest.mark.usefixtures("taiwan")
def test_one_fact_for_the_batch_and_nothing_for_each_account(
    write: Callable[..., Path], at: datetime
) -> None:
    take_over(write(), at)
    assert sorted(Fact.objects.values_list("kind", flat=True)) == ["AccountsImported", "ProductVersionStored"]


@pytest.mark.usefixtures("taiwan")
def test_the_same_file_again_adds_nothing(write: Callable[..., Path], at: datetime) -> None:
    take_over(write(), at)
    again = take_over(write(), at)
    assert (again.is_known_file, again.accounts) == (True, 0)
    assert (CreditAccount.objects.count(), ImportBatch.objects.count()) == (4, 1)


@pytest.mark.usefixtures("taiwan")
def test_a_longer_file_adds_what_is_new_and_refuses_what_says_otherwise(
    write: Callable[..., Path], at: datetime
) -> None:
    take_over(write(ROWS[:2]), at)
    longer = take_over(write(name="longer.csv"), at)
    assert (longer.accounts, longer.known) == (2, 2)
    changed = ROWS[0].replace("3913", "3914")
    with pytest.raises(LinesRefused) as refusal:
        take_over(write([changed], name="changed.csv"), at)
    assert "line 2, ID: is an account that is here already, with other bills" in str(refusal.value)
    assert check_books().is_right


@pytest.mark.usefixtures("taiwan")
def test_people_are_invented_whole_with_a_real_address_and_a_number_of_their_own(
    write: Callable[..., Path], at: datetime
) -> None:
    take_over(write(), at)
    ids = list(Person.objects.values_list("id", flat=True))
    people = list(reveal(person_ids=ids, purpose="test", actor=SYSTEM, at=at).values())
    assert {one.birth_year for one in people} == {2005 - age for age in (24, 41, 79, 51)}
    assert {one.address for one in people} <= {place.address for place in PLACES}
    assert len({one.phone for one in people}) == 4
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(one.phone)) for one in people)
    assert all(len(one.name) == 3 and one.given_name[1:] in {"女士", "先生"} for one in people)


def test_no_two_accounts_share_an_invented_phone() -> None:
    assert len({mobile_of(number) for number in range(1, 100_001)}) == 100_000


BAD = (
    (ROWS[0].replace("3913", "39.13"), "BILL_AMT1: is not a whole number"),
    (ROWS[0].replace("3913", "1.5E+00"), "BILL_AMT1: is not a whole number"),
    (ROWS[0].replace("3913", ""), "BILL_AMT1: is empty"),
    (ROWS[0].replace("3913", "many"), "BILL_AMT1: is not a number"),
    (ROWS[0].replace("3913", "٣٩١٣"), "BILL_AMT1: is not a number"),
    (ROWS[0].replace("3913", "NaN"), "BILL_AMT1: is not a number"),
    (ROWS[0].replace("3913", "9e99"), "BILL_AMT1: is absurdly large"),
    (ROWS[0].replace("3913", "1e999"), "BILL_AMT1: is absurdly large"),
    (ROWS[0].replace("3913", "1000000000000001"), "BILL_AMT1: must lie between"),
    (ROWS[0].replace(",689,0,0,0,0,1", ",-689,0,0,0,0,1"), "PAY_AMT2: must lie between"),
    (ROWS[0].replace("1,20000", "-1,20000"), "ID: must lie between"),
    (ROWS[0].replace(",24,", ",240,"), "AGE: must lie between"),
    (ROWS[0].replace("20000,2,", "20000,3,"), "SEX: must lie between"),
    (ROWS[0] + ",1", "has 26 fields instead of 25"),
    ("1,2,3", "has 3 fields instead of 25"),
    ('"1,2', "cannot be split into fields"),
    (ROWS[0].replace("3913", "39\x0013"), "contains a NUL byte"),
    ("1" * 10_000_000, "is longer than 65536 bytes"),
    (ROWS[1], "ID: is also on line 3"),
)


@pytest.mark.usefixtures("taiwan")
@pytest.mark.parametrize(("bad", "why"), BAD, ids=[why for _, why in BAD])
def test_a_bad_line_is_named_and_nothing_of_the_file_is_kept(
    write: Callable[..., Path], at: datetime, bad: str, why: str
) -> None:
    with pytest.raises(LinesRefused) as refusal:
        take_over(write([ROWS[2], ROWS[1], bad, ROWS[3]]), at)
    assert f"line 4{'' if why.startswith(('has', 'cannot', 'contains', 'is l')) else ','}" in str(
        refusal.value
    )
    assert why in str(refusal.value)
    assert refusal.value.count == 1
    assert nothing_was_kept()


@pytest.mark.usefixtures("taiwan")
def test_with_a_place_for_them_bad_lines_go_there_and_good_ones_in(
    write: Callable[..., Path], at: datetime, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.csv"
    outcome = take_over(write([ROWS[0], *(bad for bad, _ in BAD), ROWS[2]]), at, rejects)
    # the first bad line of account 29999 stands here alone, so it is good
    assert (outcome.accounts, outcome.rejected) == (3, len(BAD) - 1)
    rows = list(csv.DictReader(rejects.read_text(encoding="utf-8").splitlines()))
    assert [int(row["line"]) for row in rows] == list(range(3, 3 + len(BAD) - 1))
    assert rows[0] == {"line": "3", "field": "BILL_AMT1", "why": "is not a whole number", "text": BAD[0][0]}
    assert check_books().is_right


@pytest.mark.usefixtures("taiwan")
def test_a_line_in_another_encoding_is_a_bad_line(write: Callable[..., Path], at: datetime) -> None:
    file = write()
    file.write_bytes(file.read_bytes() + "8,陳".encode("big5") + b"\n")
    with pytest.raises(LinesRefused, match="line 6: is not UTF-8"):
        take_over(file, at)
    assert nothing_was_kept()


@pytest.mark.usefixtures("taiwan")
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (",".join(HEADER).encode(), "has no accounts"),
        ("\n".join([",".join(HEADER), *ROWS]).encode("utf-16"), "the first line"),
        (b"ID,LIMIT_BAL\n1,2\n", "has no column SEX, AGE"),
        (b"ID,ID," + ",".join(HEADER[1:]).encode(), "has a column twice: ID"),
        (b'"ID\n', "the first line names no columns"),
        (bytes(range(256)) * 1000, "the first line"),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, at: datetime, content: bytes, why: str) -> None:
    file = tmp_path / "accounts.csv"
    file.write_bytes(content)
    with pytest.raises(FileFault) as refusal:
        take_over(file, at)
    assert why in str(refusal.value)
    assert nothing_was_kept()


@pytest.mark.usefixtures("taiwan")
def test_columns_may_stand_in_any_order_with_a_mark_and_windows_line_ends(
    write: Callable[..., Path], at: datetime, tmp_path: Path
) -> None:
    rows = [dict(zip(HEADER, row.split(","), strict=True)) for row in ROWS]
    columns = sorted(HEADER)
    file = tmp_path / "windows.csv"
    lines = [",".join(columns), *(",".join(row[column] for column in columns) for row in rows)]
    file.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    assert take_over(file, at).accounts == 4
    assert check_books().is_right


@pytest.mark.django_db
def test_a_branch_that_counts_otherwise_and_an_actor_who_may_not_are_refused(
    write: Callable[..., Path], at: datetime
) -> None:
    with pytest.raises(Conflict):
        take_over(write(), at)
    with pytest.raises(Denied):
        import_accounts(
            takeover=Takeover(file=write(), places=PLACES), actor=Actor(Role.AGENT, new_id()), at=at
        )


def test_places_are_read_by_the_names_of_their_columns(tmp_path: Path) -> None:
    clinics = tmp_path / "clinics.csv"
    clinics.write_text(
        "WKT,醫療院所,縣市,鄉鎮市區,地址,lat,lon\nP,甲,臺北市,大安區,仁愛路四段１號,25.0,121.5\n"
        "P,乙,臺北市,大安區,仁愛路四段2號,,\n"
    )
    shops = tmp_path / "shops.csv"
    shops.write_text(
        "公司名稱,分公司地址,分公司狀態,lat,lon\n統一,臺北市中正區汀州路三段180號,1,25.0,121.5\n"
        "統一,臺北市中正區汀州路三段182號,3,25.0,121.5\n"
    )
    found = read_places([clinics, shops])
    assert [(place.address, place.district) for place in found] == [
        ("臺北市大安區仁愛路四段1號", "大安區"),
        ("臺北市中正區汀州路三段180號", "中正區"),
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("name,lat,lon\nx,1,2\n", "has no column for addresses"),
        ("地址\nx\n", "has no column lat, lon"),
        ("地址,lat,lon\n", "has no usable address"),
        ("地址,lat,lon\nx,nan,inf\n", "has no usable address"),
    ],
)
def test_a_file_of_places_that_is_not_understood_is_named(tmp_path: Path, content: str, why: str) -> None:
    file = tmp_path / "places.csv"
    file.write_text(content)
    with pytest.raises(FileFault, match=why) as refusal:
        read_places([file])
    assert str(file) in str(refusal.value)


@pytest.mark.slow
@pytest.mark.usefixtures("taiwan")
@pytest.mark.skipif(not (REAL / "credit_accounts_taiwan").is_dir(), reason="KOUMEN_REAL_DATA names no folder")
def test_two_thousand_real_accounts_are_the_files_to_the_last_dollar(tmp_path: Path, at: datetime) -> None:
    with (REAL / "credit_accounts_taiwan" / "accounts.csv").open(encoding="utf-8") as whole:
        lines = whole.read().splitlines()
    file = tmp_path / "part.csv"
    file.write_text("\n".join([lines[0], *lines[1::12]]))
    assert take_over(file, at).accounts == 2_000
    said = {
        row["ID"]: [int(float(row[f"BILL_AMT{month}"])) for month in (6, 5, 4, 3, 2, 1)]
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    }
    kept: dict[str, list[int]] = {}
    for number, balance in Statement.objects.order_by("issued_date").values_list(
        "account__number", "balance_minor"
    ):
        kept.setdefault(number, []).append(balance)
    assert kept == said
    assert check_books().is_right
