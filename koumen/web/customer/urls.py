"""The addresses of the customer site."""

from django.urls import path

from koumen.web.customer.pages import (
    bills,
    booking,
    costs,
    door,
    due_day,
    home,
    instalments,
    plans,
    purchases,
    receipts,
    relative,
    visit,
    what_if,
)
from koumen.web.ui.urls import site_urls

urlpatterns = site_urls(
    "customer",
    [
        path("", home.home, name="home"),
        path("book/", booking.begin, name="book"),
        path("book/amount/", booking.amount, name="book_amount"),
        path("book/place/", booking.place, name="book_place"),
        path("book/time/", booking.time, name="book_time"),
        path("book/wish/", booking.wish, name="book_wish"),
        path("book/confirm/", booking.confirm, name="book_confirm"),
        path("visits/<uuid:visit_id>/", visit.show, name="visit"),
        path("visits/<uuid:visit_id>/live/", visit.live, name="visit_live"),
        path("visits/<uuid:visit_id>/move/", visit.move, name="visit_move"),
        path("visits/<uuid:visit_id>/cancel/", visit.cancel, name="visit_cancel"),
        path("visits/<uuid:visit_id>/confirm/", visit.confirm, name="visit_confirm"),
        path("visits/<uuid:visit_id>/pictures/", door.pictures, name="door_pictures"),
        path("visits/<uuid:visit_id>/amount/", door.amount, name="door_amount"),
        path("costs/<uuid:sheet_id>/", costs.costs, name="costs"),
        path("costs/<uuid:sheet_id>.pdf", costs.pdf, name="costs_pdf"),
        path("bills/", bills.bills, name="bills"),
        path("bills/<uuid:statement_id>/", bills.bill, name="bill"),
        path("bills/<uuid:statement_id>.pdf", bills.pdf, name="bill_pdf"),
        path("bills/<uuid:statement_id>.csv", bills.file, name="bill_file"),
        path("purchases/", purchases.purchases, name="purchases"),
        path("instalments/", instalments.choose, name="instalments"),
        path("instalments/<uuid:sheet_id>/", instalments.begin, name="plan_begin"),
        path("plans/", plans.plans, name="plans"),
        path("plans/<uuid:plan_id>/", plans.plan, name="plan"),
        path("plans/<uuid:plan_id>/end/", plans.settle, name="plan_settle"),
        path("due-day/", due_day.due_day, name="due_day"),
        path("what-if/", what_if.ask, name="what_if"),
        path("receipts/", receipts.receipts, name="receipts"),
        path("receipts/<uuid:receipt_id>.pdf", receipts.pdf, name="receipt_pdf"),
        path("for/", relative.home, name="relative_home"),
        path("for/<uuid:customer_id>/", relative.begin, name="relative_begin"),
    ],
)
