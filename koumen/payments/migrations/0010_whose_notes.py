"""What becomes of the notes of a payment that was taken back: also that there were none, or that they are nobody's."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Func, Q
from django.db.models.lookups import Exact

from koumen.audit.guards import guarded_state, set_once


def _person_of(actor_key: str) -> Func:
    return Func(
        *(models.F(actor_key), models.Value(":"), models.Value(2)),
        function="split_part",
        output_field=models.TextField(),
    )


# What was taken back before without owing any notes had lowered the cash at once: as now, when nobody had counted since.
TAKEN_BACK_BEFORE = migrations.RunSQL(
    """
set constraints all immediate;
update payments_cashreturn set state = 'returned', ended_by = 'system' where ended_at is not null;
insert into payments_cashreturn (id, payment_id, state, owed_at, from_safe, claimed_by, ended_by, ended_at)
  select uuidv7(), p.id, 'absent', r.recorded_at, false, '', 'system', r.recorded_at
  from payments_payment p join credit_activity r on r.reverses_id = p.id
  where p.tender = 'cash' and not exists (select from payments_cashreturn c where c.payment_id = p.id);
""",
    migrations.RunSQL.noop,
)


class Migration(migrations.Migration):
    """States, columns and guards."""

    dependencies: ClassVar = [
        ("payments", "0009_settlement_guards"),
        ("credit", "0018_one_person_in_two_roles"),
        ("audit", "0002_guards_and_seals"),
    ]
    operations: ClassVar = [
        migrations.RunSQL(
            "drop trigger payments_cashreturn_returned_at_once on payments_cashreturn;",
            set_once("payments_cashreturn", "returned_at", "pile_id", "from_safe").sql,
        ),
        migrations.RemoveConstraint("cashreturn", "payments_return_counted"),
        migrations.RenameField("cashreturn", "returned_at", "ended_at"),
        migrations.AddField(
            "cashreturn",
            "state",
            models.TextField(
                choices=[
                    ("owed", "owed"),
                    ("claimed", "claimed"),
                    ("returned", "returned"),
                    ("absent", "absent"),
                    ("kept", "kept"),
                ],
                default="owed",
            ),
            preserve_default=False,
        ),
        *(
            migrations.AddField(
                "cashreturn", name, models.TextField(blank=True, default=""), preserve_default=False
            )
            for name in ("claimed_by", "ended_by")
        ),
        migrations.AddField(
            "cashreturn",
            "missed_in",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.handin",
            ),
        ),
        TAKEN_BACK_BEFORE,
        *(
            migrations.AddConstraint("cashreturn", models.CheckConstraint(condition=condition, name=name))
            for name, condition in {
                "payments_return_ended": Q(state__in=["owed", "claimed"], ended_at__isnull=True, ended_by="")
                | (Q(state__in=["returned", "absent", "kept"], ended_at__isnull=False) & ~Q(ended_by="")),
                "payments_return_counted": Q(state="returned", pile__isnull=False)
                | (~Q(state="returned") & Q(pile__isnull=True, from_safe=False)),
                "payments_return_missed": Q(state="absent") | Q(missed_in__isnull=True),
                "payments_return_claimed": (Q(state__in=["claimed", "kept"]) & ~Q(claimed_by=""))
                | Q(state__in=["owed", "returned", "absent"], claimed_by=""),
                "payments_return_two_persons": ~Q(state="kept")
                | ~Q(Exact(_person_of("ended_by"), _person_of("claimed_by"))),
            }.items()
        ),
        guarded_state("payments_cashreturn", "cash_return"),
        set_once("payments_cashreturn", "ended_at", "pile_id", "from_safe", "missed_in_id", "ended_by"),
    ]
