"""The addresses of the console."""

from django.urls import path

from koumen.web.console.pages import (
    audit,
    books,
    costs,
    customers,
    day,
    finance,
    payments,
    periods,
    products,
    staff,
    visit,
)
from koumen.web.ui.urls import site_urls

BOOK = "finance/books/<slug:kind>/<slug:currency>/"

urlpatterns = site_urls(
    "console",
    [
        path("", day.home, name="home"),
        path("day.csv", day.home_csv, name="day_csv"),
        path("live/", day.live, name="day_live"),
        path("alerts/<uuid:alert_id>/take/", day.take, name="alert_take"),
        path("visits/<uuid:visit_id>/", visit.show, name="visit"),
        path("visits/<uuid:visit_id>/unlock/", visit.unlock, name="visit_unlock"),
        path("visits/<uuid:visit_id>/pictures/", visit.pictures, name="visit_pictures"),
        path("customers/", customers.search, name="customers"),
        path("customers/<uuid:customer_id>/", customers.show, name="customer"),
        path("costs/<uuid:sheet_id>/", costs.show, name="costs"),
        path("costs/<uuid:sheet_id>.pdf", costs.pdf, name="costs_pdf"),
        path("finance/", finance.home, name="finance"),
        path("finance/trial-balance.csv", finance.trial_csv, name="trial_csv"),
        path("finance/trial-balance.pdf", finance.trial_pdf, name="trial_pdf"),
        path("finance/cash.csv", finance.cash_csv, name="cash_csv"),
        path("finance/closed-days/", periods.periods, name="periods"),
        path("finance/closed-days/close/", periods.close, name="close_books"),
        path(BOOK, books.book, name="book"),
        path(f"{BOOK}all.csv", books.book_csv, name="book_csv"),
        path(f"{BOOK}all.pdf", books.book_pdf, name="book_pdf"),
        path(f"{BOOK}owners/", books.owner_list, name="owners"),
        path(f"{BOOK}owners/all.csv", books.owner_csv, name="owners_csv"),
        path(f"{BOOK}of/<uuid:owner_id>/", books.book, name="book_of"),
        path(f"{BOOK}of/<uuid:owner_id>/all.csv", books.book_csv, name="book_of_csv"),
        path(f"{BOOK}of/<uuid:owner_id>/all.pdf", books.book_pdf, name="book_of_pdf"),
        path("finance/entries/<uuid:entry_id>/", books.entry, name="entry"),
        path("finance/payments/", payments.payments, name="payments"),
        path("finance/payments/all.csv", payments.payments_csv, name="payments_csv"),
        path("products/", products.home, name="products"),
        path("products/all.csv", products.all_csv, name="products_csv"),
        path("products/new/", products.new, name="product_new"),
        path("products/check/", products.check, name="product_check"),
        path("products/<uuid:version_id>/", products.version, name="product_version"),
        path("products/<uuid:version_id>/change/", products.new, name="product_change"),
        path("audit/", audit.home, name="audit"),
        path("audit/verify/", audit.verify, name="audit_verify"),
        path("audit/facts/", audit.facts, name="facts"),
        path("audit/facts/all.csv", audit.facts_csv, name="facts_csv"),
        path("audit/rulings/", audit.rulings, name="rulings"),
        path("audit/rulings/all.csv", audit.rulings_csv, name="rulings_csv"),
        path("staff/", staff.home, name="staff"),
        path("staff/all.csv", staff.home_csv, name="staff_csv"),
    ],
)
