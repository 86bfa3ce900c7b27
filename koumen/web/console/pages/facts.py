"""Facts in words: what happened, as somebody in the office would tell it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from koumen.kit.money import Money
from koumen.web.console.pages.words import ENDINGS, TENDERS, Words, said_by, word
from koumen.web.ui import reasons, wording

if TYPE_CHECKING:
    from koumen.audit.models import Fact

HAPPENED: Words = {
    "VisitRequested": _("A visit was asked for; the customer must confirm it"),
    "RequestReadBack": _("The desk called, read it back, and the customer said yes"),
    "VisitBooked": _("The visit was booked"),
    "VisitMoved": _("The visit was moved to another time"),
    "CustomerNotified": _("The customer was told, because it was time or somebody is late"),
    "ReminderAnswered": _("The customer said that they will be there"),
    "WantedLowered": _("Money came by another way: less is left to pay"),
    "VisitCancelled": _("The visit was called off"),
    "AgentSetOut": _("The agent set out"),
    "AgentTurnedBack": _("The agent turned back"),
    "AgentArrived": _("The agent arrived at the door"),
    "PicturesMatched": _("The customer saw the same pictures"),
    "PicturesDiffered": _("The customer saw other pictures"),
    "PicturesRenewed": _("The desk called back and made new pictures"),
    "CustomerNotProven": _("The customer could not show who they are"),
    "CustomerProven": _("The customer showed who they are"),
    "AmountAgreed": _("The customer agreed to an amount"),
    "CodeAccepted": _("The right code was entered"),
    "CodeRefused": _("A wrong code was entered"),
    "CodeLocked": _("Three wrong codes: code entry was locked"),
    "CodeUnlocked": _("The desk called back and gave a new code"),
    "VisitPaid": _("The visit was paid"),
    "VisitClosed": _("The visit was finished"),
    "NobodyAnswered": _("Nobody opened"),
    "VisitBrokenOff": _("The visit was stopped"),
    "DoorCardIssued": _("A door card was printed; the one before opens nothing more"),
    "DoorCardWithdrawn": _("A door card was reported lost"),
    "CardNumberTaken": _("The visit uses the next line of the customer's door card"),
    "AlarmRaised": _("Nothing was heard of the visit for too long; the office was alarmed"),
    "AgentCheckedIn": _("The agent gave a sign of life"),
    "DuressSignalled": _("Somebody called quietly for help"),
    "WillChecked": _("The customer was asked whether they understand and want to pay"),
    "GenuineAsked": _("Somebody asked whether a visit is genuine"),
    "GenuineAnswered": _("The customer was told whether a visit is genuine"),
    "VisitRated": _("The customer rated the visit"),
    "RatingModerated": _("Somebody looked at the words of a rating"),
    "RatingAnswered": _("The agent answered to a rating"),
    "HandoverAsked": _("The customer was asked what they handed over"),
    "HandoverTold": _("The customer said what they handed over"),
    "ComplaintOpened": _("A complaint came"),
    "ComplaintAcknowledged": _("Somebody looks after a complaint"),
    "ComplaintNearsItsEnd": _("The time to answer a complaint is nearly over"),
    "ComplaintAnswered": _("A complaint was answered"),
    "DisputeOpened": _("The customer disputes the debt"),
    "DisputeClosed": _("A dispute was settled"),
    "TrustedContactNamed": _("The customer named somebody who is told of payments"),
    "TrustedContactRemoved": _("Somebody is no longer told of payments"),
    "PlaceProven": _("The agent's telephone said where it was"),
    "PlacesDeleted": _("The places of the visit were deleted"),
    "FollowUpNoted": _("The customer asked something for the office"),
    "FollowUpDone": _("A question of the customer was answered"),
    "EvidenceKept": _("A photo or a signature was kept"),
    "EvidenceSeen": _("Somebody at the office looked at a photo or a signature"),
    "EvidenceObjected": _("The customer does not want a photo or a signature to be kept"),
    "EvidenceDeleted": _("A photo or a signature was deleted"),
    "OfficeAsked": _("The agent at the door asked the office for help with the cash"),
    "CashWitnessed": _("The second of the team said what was counted"),
    "AlertSeen": _("The alert is looked after, or what it waited for has come"),
    "PaymentOpened": _("A wallet payment was begun"),
    "WalletShown": _("The wallet's picture to scan was shown"),
    "PaymentMade": _("Money was received"),
    "ReceiptVoided": _("A receipt was made void, because its payment was taken back"),
    "PaymentLostSight": _("The wallet gave no answer; we keep asking"),
    "PaymentClosed": _("The wallet payment came to nothing"),
    "FloatOffered": _("Change money was counted out"),
    "FloatTaken": _("The agent took the change money over"),
    "FloatWithdrawn": _("The change money stayed in the safe"),
    "HandInDeclared": _("The agent counted what they hand in"),
    "HandInCounted": _("Another person counted the hand-in"),
    "HandInWithdrawn": _("The hand-in was taken back"),
    "CashFetched": _("Cash came from the bank into the safe"),
    "DepositPrepared": _("Cash for the bank was counted"),
    "DepositSent": _("Cash was sent to the bank"),
    "DepositArrived": _("The bank has the cash"),
    "DepositWithdrawn": _("Cash for the bank stayed in the safe"),
    "CashReturnOwed": _("Notes are to be given back"),
    "CashReturned": _("Notes were given back"),
    "NotesNeverCame": _("No notes had come for a payment that was taken back"),
    "NotesClaimed": _("Somebody says that no customer gave these notes"),
    "NotesClaimRefused": _("The notes stay owed to the customer"),
    "NotesKept": _("Two people say that no customer gave these notes"),
    "ForgedNoteSeen": _("A note looked forged"),
    "TransferShown": _("A bank transfer was begun; nothing is credited yet"),
    "SettlementImported": _("A file of the bank or of the card acquirer was taken"),
    "SettlementMatched": _("A line of a file was matched"),
    "CashHeldTooLong": _("An agent has held cash for too long"),
    "ShiftOpened": _("The working day began"),
    "ShiftClosed": _("The working day ended"),
    "ItemAdded": _("A thing was entered"),
    "ItemLent": _("A thing was lent to an agent"),
    "ItemReturned": _("A thing came back, or is missing"),
    "ItemMended": _("A thing is in another condition now"),
    "ReceiptPrinted": _("The receipt was made as a document"),
    "CashUnproven": _("Cash was taken without a signal and without the customer's right word"),
    "EnrolmentOpened": _("A phone may be enrolled for an agent"),
    "DeviceEnrolled": _("A phone was enrolled"),
    "DeviceRevoked": _("A phone was blocked"),
    "AppVersionRequired": _("Older apps get no day any more"),
    "DayPackIssued": _("A phone got its day"),
    "ActPosted": _("What a phone told was booked"),
    "ActSetAside": _("What a phone told was set aside for a person"),
    "BesideForgotten": _("A place or words that a phone sent, and that waited too long, were deleted"),
    "ActDismissed": _("A person looked at what a phone told: nothing to do"),
    "StopOpenedOffline": _("A stop was opened on a phone without a signal"),
    "NumbersStated": _("A phone stated how far its numbers go"),
    "DeviceAlarmed": _("Something about a phone alarmed the office"),
    "DeviceAlarmTaken": _("Somebody in the office looks after the alarm of a phone"),
    "SlotTaken": _("A place in the agent's day was taken"),
    "StopDropped": _("The visit left the agent's day"),
    "AgentChanged": _("Another agent comes in the same time"),
    "RoutePlanned": _("An agent's day was planned anew"),
    "VisitOverridden": _("Somebody decided who goes or does not go"),
    "ShiftEndedEarly": _("The agent cannot go on today"),
    "ShiftDelayed": _("The agent is held up"),
    "ShiftResumed": _("The agent can go on after all"),
    "RepairProposed": _("Other routes were proposed for promises at risk"),
    "RepairAccepted": _("Proposed routes were accepted"),
    "RepairRefused": _("Proposed routes were refused"),
    "RepairOvertaken": _("The day moved on past proposed routes"),
    "RoadsImported": _("A map of roads was imported"),
    "DistrictsImported": _("Outlines of districts were imported"),
    "TravelTimesStored": _("New travel times hold from a day on"),
    "WishMade": _("A wish for another time was noted"),
    "StandingAsked": _("The desk wrote down a visit each month for a caller"),
    "StandingAgreed": _("The customer agreed to a visit each month"),
    "StandingChanged": _("The monthly visit was changed"),
    "StandingTurned": _("It was decided what becomes of a monthly visit"),
    "WaitingJoined": _("A customer began to wait for a place"),
    "WaitingLeft": _("A customer waits no longer"),
    "PlaceOffered": _("A place that came free was offered"),
    "PlaceAnswered": _("An offered place was answered for"),
    "NoGoSet": _("An agent does not go there any more"),
    "NoGoLifted": _("An agent goes there again"),
    "ShiftEquipped": _("What an agent carries was planned anew"),
    "TeamFormed": _("Two agents go together for a day"),
    "TeamParted": _("Two agents go separately again"),
    "SpokenLanguagesChosen": _("The customer said which languages to speak"),
    "RulingGiven": _("The rules of conduct were asked"),
    "PersonRegistered": _("A person was entered"),
    "CustomerRegistered": _("A person became a customer"),
    "DelegateNamed": _("The customer named somebody who may ask for visits"),
    "PersonalDataChanged": _("Personal data were changed"),
    "PersonalDataRevealed": _("Personal data were read"),
    "PreferencesChanged": _("A person chose a language or large text"),
    "PhoneVerified": _("A person answered with the code sent to their telephone"),
    "AgentEngaged": _("An agent was engaged"),
    "AgentCertified": _("An agent got a certificate"),
    "PortraitUploaded": _("A photo of an agent was put in"),
    "PortraitApproved": _("A second person approved the photo of an agent"),
    "PortraitEnded": _("A photo of an agent was deleted"),
    "ShiftPlanned": _("A working day was planned"),
    "PackStored": _("Rules of conduct were stored"),
    "CreditAccountOpened": _("A credit account was opened"),
    "PurchaseRecorded": _("Something was bought or given back"),
    "ProductVersionStored": _("A product got new terms"),
    "CostSheetShown": _("All costs of a borrowing were shown"),
    "CostSheetConfirmed": _("All costs of a borrowing were confirmed"),
    "CostSheetPrinted": _("The confirmed costs were made as a document"),
    "RepaymentPlanProposed": _("A repayment plan was proposed"),
    "RepaymentPlanAgreed": _("A repayment plan was agreed"),
    "RepaymentPlanPaused": _("A repayment plan rests for some time"),
    "RepaymentPlanResumed": _("A repayment plan goes on after its pause"),
    "RepaymentPlanEnded": _("A repayment plan ended"),
    "RepaymentPlanRestored": _("A repayment plan was kept after all: money given in time arrived"),
    "RepaymentReviewDue": _("It is time to look again at a repayment plan"),
    "RepaymentReviewed": _("Somebody looked again at a repayment plan"),
    "RepaymentAnswersDeleted": _("The answers behind a repayment plan were deleted"),
    "StatementIssued": _("A bill was made"),
    "BillsMade": _("The night made bills"),
    "GracesEnded": _("The night looked at bills whose days of grace were over"),
    "BalanceReduced": _("A debt became smaller"),
    "LimitChanged": _("The limit of an account was changed"),
    "PlanStarted": _("A debt was put into instalments, or a loan was paid out"),
    "PlanSettled": _("Instalments to come were made due at once"),
    "DueDayChanged": _("Bills are due on another day from now on"),
    "LateChargesPaused": _("Late charges rest until a day"),
    "CreditRefunded": _("A credit balance was paid out"),
    "ActivityReversed": _("Something on an account was taken back"),
    "ChargeWaived": _("A charge was let go"),
    "AccountWrittenOff": _("A debt was given up in the books"),
    "CreditAccountClosed": _("An account was closed"),
    "BankAccountEntered": _("Bank account entered"),
    "BankAccountVerified": _("Bank account verified by a second person"),
    "LoanAsked": _("Loan asked for"),
    "LoanLookedAt": _("One person agreed to a loan"),
    "LoanBegun": _("Loan agreed to and begun"),
    "LoanRequestEnded": _("Loan refused or taken back"),
    "PayoutAsked": _("Payout asked of the bank"),
    "PayoutSent": _("Payout sent by the bank"),
    "PayoutReturned": _("Payout given back by the bank"),
    "MerchantRegistered": _("Merchant let in"),
    "MerchantKeyRenewed": _("Key of a merchant changed"),
    "ProposalMade": _("Somebody asked for what a second person must agree to"),
    "ProposalDecided": _("A second person agreed, or refused"),
    "LimitReserved": _("A part of the limit was reserved"),
    "ReservationReleased": _("A reserved part of the limit is free again"),
    "QuoteMade": _("What is owed was worked out and shown"),
    "AccountsImported": _("A file of accounts was taken over"),
    "DocumentStored": _("A document was sealed and kept"),
    "DocumentDeleted": _("A document was deleted"),
    "EntryReversed": _("An entry in the books was undone"),
    "BooksClosed": _("Days of the books were closed"),
    "MessageSent": _("A message was sent"),
}


@dataclass(frozen=True)
class Told:
    """One fact as a page tells it."""

    at: datetime
    words: str
    detail: str
    who: str
    kind: str


def told(fact: "Fact") -> Told:
    """A fact in words; its kind where there are none."""
    body: dict[str, Any] = json.loads(fact.body)
    return Told(fact.at, word(HAPPENED, fact.kind), _detail(body), said_by(fact.actor), fact.kind)


def _detail(body: Mapping[str, Any]) -> str:
    """What else there is to say: how much, how, why, which time."""
    said = []
    if "amount_minor" in body and "currency" in body:
        said.append(wording.money(Money(int(body["amount_minor"]), str(body["currency"]))))
    if "tender" in body:
        said.append(word(TENDERS, body["tender"]))
    if body.get("reason"):
        said.append(ending_words(str(body["reason"])))
    if "tries" in body:
        said.append(str(_("try %(number)s of 3") % {"number": body["tries"]}))
    return " · ".join(said)


def ending_words(code: str) -> str:
    """Why a visit or a payment ended; empty for none."""
    return word(ENDINGS, code) if code in ENDINGS else reasons.stop_words(code)
