"""What the database keeps of a loan, and of the moments of a working day, once they are written."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import frozen_columns, set_once


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("agents", "0004_custody"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        frozen_columns("agents_item", "kind", "serial", "added_at"),
        frozen_columns(
            "agents_loan", "item_id", "agent_id", "shift_id", "lent_at", "lent_by", "condition_out"
        ),
        set_once("agents_loan", "ended_at", "ended_by", "condition_back"),
        set_once("agents_shift", "opened_at"),
        set_once("agents_shift", "closed_at"),
    ]
