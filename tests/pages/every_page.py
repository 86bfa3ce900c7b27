"""Every page that can be reached, as a visit goes on: who sees it, and where it is."""

from collections.abc import Iterator
from contextvars import copy_context
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.test import Client
from playwright.sync_api import Page, Route

from koumen.credit import commands as credit
from koumen.credit.models import CostSheet, CreditAccount, ProductVersion
from koumen.credit.rules.cost_sheet import instalment_sheet
from koumen.credit.rules.parameters import Parameters
from koumen.kit.actor import SYSTEM, Actor, Role
from koumen.kit.ids import new_id
from koumen.ledger.commands import close_books
from koumen.ledger.models import Entry
from koumen.payments import commands as payments
from koumen.payments import queries
from koumen.people.commands import name_delegate
from koumen.people.models import Person
from koumen.visits import commands as visits
from koumen.visits.rules.outcomes import CodeResult, Means
from koumen.visits.rules.reasons import CancelReason
from koumen.web.ui.preferences import ELDER_COOKIE, LANGUAGE_COOKIE
from tests import builders
from tests.pages.care_sights import care_sights
from tests.pages.credit_sights import credit_sights
from tests.pages.custody_sights import custody_sights
from tests.pages.evidence_sights import evidence_sights
from tests.pages.lending_sights import lending_sights
from tests.pages.live_sights import live_sights
from tests.pages.mending_sights import mending_sights
from tests.pages.phone_sights import phone_sights
from tests.pages.plan_sights import plan_sights
from tests.pages.sight import Sight
from tests.sites import doors
from tests.sites.doors import slot_in
from tests.visits.stories import Story, a_visit

ORIGIN = "http://localhost"


def every_sight(at: datetime) -> Iterator[Sight]:
    """All pages, in the order of a visit; the clock goes on between them."""
    yield from _before_signing_in()
    story = a_visit(at)
    home, phone = doors.as_customer(story.home.person_id), doors.as_agent(story.agent.person_id)
    yield from _booking(story, home)
    yield from _relative(story)
    yield from _visit(story, home, phone)
    yield from _other_endings(at)
    yield from credit_sights(at)
    yield from lending_sights(at)
    yield from plan_sights(at)
    yield from phone_sights(at)
    yield from custody_sights(at)
    yield from care_sights(at)
    yield from evidence_sights(at)
    yield from live_sights(at)
    yield from _console(story)


def _before_signing_in() -> Iterator[Sight]:
    nobody = doors.nobody()
    for name, address in (
        ("customer-welcome", "/"),
        ("customer-sign-in", "/sign-in/"),
        ("agent-sign-in", "/agent/sign-in/"),
        ("console-sign-in", "/console/sign-in/"),
        ("public-home", "/public/"),
        ("public-find-receipt", "/public/receipt/"),
        ("public-genuine", "/public/visit/"),
        ("public-badge", "/public/badge/"),
        ("public-no-such-receipt", "/public/r/0000-0000/"),
        ("customer-no-such-page", "/nowhere/"),
    ):
        yield Sight(name, nobody, address)


def _booking(story: Story, home: Client) -> Iterator[Sight]:
    builders.with_partner(builders.a_shift(story.agent, story.now, days=1), story.now)
    home.get("/book/")
    yield Sight("customer-book-1-amount", home, "/book/amount/")
    home.post("/book/amount/", {"amount": "other", "other": "300"})
    yield Sight("customer-book-2-place", home, "/book/place/")
    home.post("/book/place/", {"wants_cash": "on", "note": "三楼"})
    yield Sight("customer-book-3-time", home, "/book/time/")
    yield Sight("customer-book-wish", home, "/book/wish/")
    yield Sight("customer-languages", home, "/languages/")
    yield Sight("customer-standing", home, "/standing/")
    yield Sight("customer-standing-new", home, "/standing/new/")
    home.post("/book/time/", {"slot": slot_in(home.get("/book/time/"))})
    yield Sight("customer-book-4-confirm", home, "/book/confirm/")
    yield Sight("customer-home", home, "/")
    yield Sight("customer-bills", home, "/bills/")
    yield Sight("customer-costs", home, f"/costs/{_sheet_of(story).id}/")
    yield Sight("customer-receipts-none", home, "/receipts/")


def _relative(story: Story) -> Iterator[Sight]:
    relative = builders.a_person(story.now, role=Role.RELATIVE)
    name_delegate(
        customer_id=story.home.id, person_id=relative, valid_to=date(2026, 12, 31), actor=SYSTEM, at=story.now
    )
    yield Sight("customer-relative", doors.as_customer(relative), "/for/")


def _visit(story: Story, home: Client, phone: Client) -> Iterator[Sight]:
    """Both sides of the door, from the promise to the receipt."""
    here, there = f"/visits/{story.visit_id}/", f"/agent/visits/{story.visit_id}/"

    def both(step: str) -> Iterator[Sight]:
        yield Sight(f"customer-visit-{step}", home, here)
        yield Sight(f"agent-visit-{step}", phone, there)

    yield Sight("agent-today", phone, "/agent/")
    yield Sight("agent-route", phone, "/agent/route/")
    yield Sight("agent-today-empty", phone, "/agent/?day=2026-11-30")
    yield from both("1-booked")
    yield Sight("customer-visit-move", home, f"{here}move/")
    yield Sight("customer-visit-cancel", home, f"{here}cancel/")
    story.sets_out()
    yield from both("2-on-the-way")
    story.arrives()
    yield from both("3-at-the-door")
    yield Sight("agent-stop", phone, f"{there}stop/")
    story.compares()
    yield from both("4-pictures-matched")
    visits.prove_customer(
        visit_id=story.visit_id, means=Means.BIRTH_YEAR, birth_year=1948, actor=story.visitor, at=story.now
    )
    yield from both("5-proven")
    yield Sight("agent-turned-amount", phone, f"{there}amount/")
    story.agrees()
    yield from both("6-agreed")
    assert story.says(story.code()) is CodeResult.RIGHT
    yield from both("7-tender")
    yield Sight("agent-cash", phone, f"{there}cash/")
    payment = payments.pay_cash(
        visit_id=story.visit_id,
        notes_in={10000: 3},
        notes_out={},
        key=new_id(),
        actor=story.visitor,
        at=story.now,
    )
    yield from both("8-paid")
    visits.leave(visit_id=story.visit_id, actor=story.visitor, at=story.now)
    yield from both("9-closed")
    yield Sight("customer-receipts", home, "/receipts/")
    receipt = queries.receipt(actor=story.customer, receipt_id=payment.receipt.id)
    yield Sight("public-receipt", doors.nobody(), f"/public/r/{receipt.token}/")


def _other_endings(at: datetime) -> Iterator[Sight]:
    """Nobody opens; the customer calls it off."""
    for name in ("no-show", "cancelled"):
        story = a_visit(at)
        home, phone = doors.as_customer(story.home.person_id), doors.as_agent(story.agent.person_id)
        if name == "cancelled":
            visits.cancel_visit(
                visit_id=story.visit_id, reason=CancelReason.CHANGED_MIND, actor=story.customer, at=story.now
            )
        else:
            story.at_the_door().now += timedelta(minutes=15)
            visits.no_answer(visit_id=story.visit_id, actor=story.visitor, at=story.now)
        yield Sight(f"customer-visit-{name}", home, f"/visits/{story.visit_id}/")
        yield Sight(f"agent-visit-{name}", phone, f"/agent/visits/{story.visit_id}/")


def _console(story: Story) -> Iterator[Sight]:
    desk = doors.as_staff(builders.a_person(story.now, role=Role.ADMINISTRATOR))
    version, sheet = _second_version(story), _sheet_of(story)
    for name, address in (
        ("day", ""),
        ("board", "board/"),
        ("board-move", f"board/visits/{story.visit_id}/"),
        ("visit", f"visits/{story.visit_id}/"),
        ("customers", "customers/"),
        ("customer", f"customers/{story.home.id}/"),
        ("standing", f"customers/{story.home.id}/standing/"),
        ("urgent", f"customers/{story.home.id}/urgent/"),
        ("costs", f"costs/{sheet.id}/"),
        ("finance", "finance/"),
        ("book", "finance/books/principal/CNY/"),
        ("book-of-an-agent", f"finance/books/agent_cash/CNY/of/{story.agent.id}/"),
        ("owners", "finance/books/principal/CNY/owners/"),
        ("entry", f"finance/entries/{Entry.objects.latest('id').entry_id}/"),
        ("payments", "finance/payments/"),
        ("products", "products/"),
        ("product-version", f"products/{version}/?against=1"),
        ("product-new", "products/new/"),
        ("product-change", f"products/{version}/change/"),
        ("audit", "audit/"),
        ("facts", "audit/facts/"),
        ("rulings", "audit/rulings/"),
        ("staff", "staff/"),
        ("teams", "staff/teams/"),
        ("missing-slots", "staff/missing-slots/?day_from=2026-11-01"),
    ):
        yield Sight(f"console-{name}", desk, f"/console/{address}")
    yield from mending_sights(story)
    close_books(through=story.now.date() - timedelta(days=1), actor=SYSTEM, at=story.now)
    finance = doors.as_staff(builders.a_person(story.now, role=Role.FINANCE))
    yield Sight("console-closed-days", finance, "/console/finance/closed-days/")


def _sheet_of(story: Story) -> CostSheet:
    """All costs of twelve instalments, as the customer is shown them."""
    account = CreditAccount.objects.filter(customer_id=story.home.id).latest("opened_date")
    reader = Actor(Role.CUSTOMER, story.home.person_id, customer_id=story.home.id)
    twelve = instalment_sheet(
        Parameters(late_cap_minor=100_00), principal_minor=1_000_00, terms=12, currency="CNY"
    )
    return credit.show_cost_sheet(account_id=account.id, sheet=twelve, actor=reader, at=story.now)


def _second_version(story: Story) -> UUID:
    """A version that differs in much from the one before."""
    parameters = Parameters(revolving_daily_rate="0.0004", late_mode="none", instalment_terms={"24": "0.18"})
    product = ProductVersion.objects.latest("created_at").product
    stored = credit.store_product_version(
        product=product, currency="CNY", parameters=parameters, actor=SYSTEM, at=story.now
    )
    return stored.id


def look_at(page: Page, sight: Sight, *, language: str, elder: bool) -> int:
    """Open a sight in the real browser, answered by the product in this process; the status."""
    Person.objects.update(language=language, elder_mode=elder)
    sight.browser.cookies[LANGUAGE_COOKIE] = language
    sight.browser.cookies[ELDER_COOKIE] = "1" if elder else "0"

    here = copy_context()  # Playwright calls back in a context without our database connection and clock

    def fulfil(route: Route) -> None:
        parts = urlsplit(route.request.url)
        answered: Any = here.copy().run(sight.browser.get, f"{parts.path}?{parts.query}")
        body = b"".join(answered.streaming_content) if answered.streaming else answered.content
        route.fulfill(status=answered.status_code, headers=dict(answered.items()), body=body)

    page.unroute_all()
    page.route(f"{ORIGIN}/**", fulfil)
    shown = page.goto(ORIGIN + sight.address)
    assert shown is not None
    return shown.status
