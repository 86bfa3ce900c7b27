"""The addresses of the agent app."""

from django.urls import path

from koumen.web.agent.pages import (
    acts,
    bag,
    card,
    device,
    door,
    money,
    paper,
    plan,
    road,
    safety,
    today,
    visit,
)
from koumen.web.ui.urls import site_urls

urlpatterns = site_urls(
    "agent",
    [
        path("", today.today, name="home"),
        path("acts/", acts.receive, name="acts"),
        path("device/", device.show, name="device"),
        path("cash/", bag.show, name="bag"),
        path("cash/returns/<uuid:return_id>/", bag.give_back, name="give_back"),
        path("cash/hand-in/", bag.hand_in, name="hand_in"),
        path("cash/hand-in/<uuid:hand_in_id>/withdraw/", bag.withdraw, name="withdraw_hand_in"),
        path("shift/open/", bag.open_day, name="open_shift"),
        path("shift/close/", bag.close_day, name="close_shift"),
        path("visits/<uuid:visit_id>/", visit.show, name="visit"),
        path("visits/<uuid:visit_id>/live/", visit.live, name="visit_live"),
        path("visits/<uuid:visit_id>/set-out/", road.set_out, name="set_out"),
        path("visits/<uuid:visit_id>/turn-back/", road.turn_back, name="turn_back"),
        path("visits/<uuid:visit_id>/arrive/", road.arrive, name="arrive"),
        path("visits/<uuid:visit_id>/no-answer/", road.no_answer, name="no_answer"),
        path("visits/<uuid:visit_id>/pictures/", door.pictures, name="pictures"),
        path("visits/<uuid:visit_id>/identity/", door.identity, name="identity"),
        path("visits/<uuid:visit_id>/amount/", door.amount, name="turned_amount"),
        path("visits/<uuid:visit_id>/code/", door.code, name="code"),
        path("visits/<uuid:visit_id>/stop/", door.stop, name="stop"),
        path("visits/<uuid:visit_id>/cash/", money.cash, name="cash"),
        path("visits/<uuid:visit_id>/card/", card.card, name="card"),
        path("visits/<uuid:visit_id>/forged/", card.forged, name="forged"),
        path("receipts/<uuid:receipt_id>/<slug:width>/", paper.receipt, name="receipt_paper"),
        path("visits/<uuid:visit_id>/wallet/", money.wallet, name="wallet"),
        path("visits/<uuid:visit_id>/wallet/close/", money.close_wallet, name="close_wallet"),
        path("visits/<uuid:visit_id>/plan/", plan.show, name="plan"),
        path("visits/<uuid:visit_id>/plan/new/", plan.new, name="plan_new"),
        path("visits/<uuid:visit_id>/plan/agree/", plan.agree, name="plan_agree"),
        path("visits/<uuid:visit_id>/questions/", safety.will, name="will"),
        path("visits/<uuid:visit_id>/sign/", safety.sign, name="sign"),
        path("my-numbers/", safety.numbers, name="my_numbers"),
        path("visits/<uuid:visit_id>/leave/", road.leave, name="leave"),
    ],
)
