"""Visits, what was agreed at the door, and what alarmed somebody."""

from django.db import models
from django.db.models import Q

from koumen.agents.models import Agent, Shift
from koumen.conduct.models import Complaint
from koumen.credit.models import CreditAccount, Quote
from koumen.documents.models import Document
from koumen.kit.ids import new_id
from koumen.people.models import Customer, Person
from koumen.visits.rules.secrets import CARD_NUMBERS
from koumen.visits.states import Proof, VisitState


class DoorCard(models.Model):
    """A printed card by which a customer knows the agent and agrees to an amount; the row holds no secret.

    Pictures and codes of its lines are derived from the server's key, customer, generation and number, and are on the
    paper alone. A line is taken by one visit; a new card is a new generation, and the one before opens nothing more.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="door_cards")
    generation = models.IntegerField()
    way = models.TextField()  # rules.cards.CardWay: letter, counter
    issued_at = models.DateTimeField()
    issued_by = models.TextField()  # an actor's key
    next_number = models.SmallIntegerField(default=1)  # one past the last line: used up
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "generation"], name="visits_card_generation"),
            models.UniqueConstraint(
                fields=["customer"], name="visits_one_card", condition=Q(withdrawn_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(next_number__gte=1, next_number__lte=CARD_NUMBERS + 1), name="visits_card_number"
            ),
        ]


class Visit(models.Model):
    """An agent comes to a customer in a promised window."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.TextField(unique=True)  # said on the phone and printed on the receipt
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="visits")
    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="visits")
    nature = models.TextField(default="service")  # service, collection; never raised silently
    initiated_by = models.TextField()  # customer, delegate, lender
    # the relative or member of staff who asked; they see what becomes of it
    requested_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="requested_visits"
    )
    state = models.TextField(choices=[(s, s) for s in VisitState])
    proof = models.TextField(choices=[(p, p) for p in Proof], default=Proof.NONE)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="visits")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="visits")
    date = models.DateField()
    window_from = models.DateTimeField()  # promised arrival [from, to)
    window_to = models.DateTimeField()
    service_s = models.IntegerField()
    latitude = models.FloatField()
    longitude = models.FloatField()
    wanted_minor = models.BigIntegerField()  # what the customer said when booking
    currency = models.CharField(max_length=3)
    # what was owed, and the account's version, when they were last looked at: what comes by another way is seen
    owed_seen_minor = models.BigIntegerField(null=True)
    account_version_seen = models.IntegerField(null=True)
    wants_cash = models.BooleanField(default=False)
    purpose = models.TextField(default="repayment", db_default="repayment")  # repayment, consultation
    staff = models.SmallIntegerField(default=1, db_default=1)  # how many are needed at the door
    equipment = models.JSONField(default=list, db_default=[])  # agents.rules.equipment codes that are needed
    languages = models.JSONField(
        default=list, db_default=[]
    )  # kit.spoken codes: one of them is spoken; empty: any
    note_for_agent = models.BinaryField(null=True)  # free text, sealed under the customer's key
    door_generation = models.IntegerField(default=1)  # raised to make new pictures
    # the card and line that this visit's secrets come from; empty: from the visit itself, on the customer's screen
    door_card = models.ForeignKey(DoorCard, null=True, on_delete=models.PROTECT, related_name="visits")
    card_number = models.SmallIntegerField(null=True)
    pictures_differed_at = models.DateTimeField(
        null=True
    )  # a pair that was once refused cannot be matched any more
    identity_tries = models.SmallIntegerField(default=0)
    code_tries = models.SmallIntegerField(default=0)
    code_locked = models.BooleanField(default=False)
    requested_at = models.DateTimeField(null=True)
    booked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(
        null=True
    )  # after a reminder the customer said that they will be there
    set_out_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    proven_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(window_to__gt=models.F("window_from")),
                name="visits_window_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["closed", "cancelled", "no_show", "broken_off"],
                    ended_at__isnull=False,
                )
                | Q(
                    ~Q(state__in=["closed", "cancelled", "no_show", "broken_off"]),
                    ended_at__isnull=True,
                ),
                name="visits_ended_iff_over",
            ),
            models.CheckConstraint(
                condition=Q(state="requested", booked_at__isnull=True)
                | Q(state="cancelled")
                | Q(~Q(state__in=["requested", "cancelled"]), booked_at__isnull=False),
                name="visits_booked_at_iff_booked",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["proven", "agreed", "paid"]) | Q(proven_at__isnull=False),
                name="visits_proven_at",
            ),
            # the agent proves first, then the customer; without both no amount is agreed and no money taken
            models.CheckConstraint(
                condition=~Q(state__in=["proven", "agreed", "paid"]) | ~Q(proof__in=["none", "agent"]),
                name="visits_proof_before_money",
            ),
            models.CheckConstraint(condition=Q(staff__in=[1, 2]), name="visits_one_or_two"),
            models.CheckConstraint(
                condition=Q(code_tries__gte=0, code_tries__lte=3), name="visits_three_tries"
            ),
            models.CheckConstraint(
                condition=Q(door_card__isnull=True, card_number__isnull=True)
                | Q(door_card__isnull=False, card_number__isnull=False),
                name="visits_card_with_number",
            ),
            models.UniqueConstraint(fields=["door_card", "card_number"], name="visits_card_line_once"),
        ]
        indexes = [
            models.Index(fields=["customer", "-window_from"], name="visits_customer"),
            models.Index(fields=["shift", "window_from"], name="visits_shift"),
        ]


class Agreement(models.Model):
    """An amount that the customer agreed to, with the code bound to it; a new amount is a new row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="agreements")
    generation = models.IntegerField()
    quote = models.ForeignKey(Quote, on_delete=models.PROTECT)
    amount_minor = models.BigIntegerField()
    confirmed_on = models.TextField()  # rules.outcomes.ConfirmedOn
    assisted_reason = models.TextField(blank=True, db_default="")  # rules.outcomes.AssistedReason
    surplus_wanted = models.BooleanField(
        default=False
    )  # the customer ticked: more than is owed, keep the rest
    agreed_at = models.DateTimeField()
    code_generation = models.SmallIntegerField(
        default=1
    )  # raised by the phone desk: the same amount, a new code
    code_expires_at = models.DateTimeField()
    code_accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "generation"], name="visits_agreement_generation"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="visits_agreement_positive"),
            models.CheckConstraint(
                condition=(Q(confirmed_on="assisted") & ~Q(assisted_reason=""))
                | (~Q(confirmed_on="assisted") & Q(assisted_reason="")),
                name="visits_agreement_assisted_with_reason",
            ),
        ]


class Notice(models.Model):
    """The customer was told something about a promise by the clock, once for each window. Append-only."""

    id = models.BigAutoField(primary_key=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="notices")
    kind = models.TextField()  # rules.notices.NoticeKind
    window_from = models.DateTimeField()  # of the promise that it is about
    expected_at = models.DateTimeField(null=True)  # what was said; empty: nobody can come
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "kind", "window_from"], name="visits_notice_once")
        ]


class VisitMove(models.Model):
    """The window a visit had before it was moved. Append-only."""

    id = models.BigAutoField(primary_key=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="moves")
    window_from = models.DateTimeField()
    window_to = models.DateTimeField()
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT)
    moved_at = models.DateTimeField()
    # false: the lender was late, or could not come, and offered another time
    counts = models.BooleanField(default=True, db_default=True)


class Alert(models.Model):
    """Something the console must look at now."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="alerts")
    kind = models.TextField()  # rules.outcomes.AlertKind
    raised_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["-raised_at"], name="visits_alert_newest")]


class WillCheck(models.Model):
    """What the customer answered before an amount was spoken of, as codes; and who pays, by name, if somebody else does.

    Append-only; the newest counts.
    """

    id = models.BigAutoField(primary_key=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="will_checks")
    company = models.TextField()  # rules.will.Company
    understands = models.BooleanField()
    is_free = models.BooleanField()
    payer = models.TextField()  # rules.will.Payer
    payer_name = models.BinaryField(null=True)  # of whoever else pays; sealed under the customer's key
    asked_at = models.DateTimeField()


class Inquiry(models.Model):
    """Somebody asks whether a visit is genuine; the desk calls the customer, never whoever asked.

    Without a customer the number that was typed is nobody's; it was answered alike, and is not kept.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="inquiries")
    asked_by = models.TextField()  # rules.inquiries.AskedBy
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)  # rules.inquiries.Answer
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="inquiries")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.TextField(blank=True)  # an actor's key

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="visits_inquiry_answered",
            )
        ]
        indexes = [models.Index(fields=["-asked_at"], name="visits_inquiry_newest")]


class Rating(models.Model):
    """What a customer says of a completed visit; once, within a week."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="rating")
    stars = models.SmallIntegerField()
    good = models.JSONField(default=list)  # rules.ratings.Praise
    bad = models.JSONField(default=list)  # rules.ratings.Blame
    hours = models.JSONField(default=list)  # rules.ratings.Hours
    words = models.BinaryField(null=True)  # sealed under the customer's key
    moderation = models.TextField()  # rules.ratings.Moderation
    moderated_by = models.TextField(blank=True)  # an actor's key; empty: by rule
    rated_at = models.DateTimeField()
    reply = models.BinaryField(null=True)  # the agent's, sealed under the customer's key
    replied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="visits_rating_stars"),
        ]
        indexes = [models.Index(fields=["-rated_at"], name="visits_rating_newest")]


class Handover(models.Model):
    """The question of the next day, and what the customer answered; matched with what was booked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="handover")
    asked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    told_by = models.TextField(blank=True)  # rules.handovers.ToldBy
    amount_minor = models.BigIntegerField(null=True)
    was_asked_for_more = models.BooleanField(null=True)
    booked_minor = models.BigIntegerField(null=True)  # what was booked when it was told
    fits = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(told_at__isnull=True, amount_minor__isnull=True, fits__isnull=True)
                | Q(told_at__isnull=False, amount_minor__gte=0, fits__isnull=False),
                name="visits_handover_told",
            )
        ]


class PointProof(models.Model):
    """Where the agent's telephone said it was, at one of three moments; deleted when the policy pack says so (R27)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="points")
    moment = models.TextField()  # rules.points.Moment
    at = models.DateTimeField()
    latitude = models.FloatField()
    longitude = models.FloatField()
    accuracy_m = models.IntegerField()
    looks = models.JSONField(
        default=list
    )  # rules.points.Look: what a person should look at; it decides nothing

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "moment", "at"], name="visits_point_once"),
        ]
        indexes = [models.Index(fields=["at"], name="visits_point_age")]


class FollowUp(models.Model):
    """A question that a customer asked at a visit and that somebody at the office answers."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="follow_ups")
    about = models.TextField()  # rules.follow_ups.Question
    words = models.BinaryField(null=True)  # sealed under the customer's key
    noted_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.TextField(blank=True)  # an actor's key


class Evidence(models.Model):
    """A photo or a signature of a visit, for one purpose and until a day; deleted, the row and the digest stay."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="evidence")
    purpose = models.TextField()  # rules.evidence.Purpose
    way = models.TextField()  # rules.evidence.Way
    document = models.OneToOneField(Document, null=True, on_delete=models.PROTECT, related_name="evidence")
    digest = models.CharField(max_length=64)  # SHA-256 of the file, hexadecimal
    taken_at = models.DateTimeField()
    taken_by = models.TextField()  # an actor's key
    delete_on = models.DateField()
    # the complaint by which the customer objects to its being kept
    objection = models.OneToOneField(Complaint, null=True, on_delete=models.PROTECT, related_name="evidence")
    deleted_at = models.DateTimeField(null=True)
    deleted_why = models.TextField(blank=True)  # rules.evidence.Deleted

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True, deleted_why="", document__isnull=False)
                | (Q(deleted_at__isnull=False, document__isnull=True) & ~Q(deleted_why="")),
                name="visits_evidence_deleted_whole",
            )
        ]
        indexes = [
            models.Index(
                fields=["delete_on"], condition=Q(deleted_at__isnull=True), name="visits_evidence_due"
            )
        ]
