"""What the database refuses in this room, whoever asks; and the serial behind the codes of devices."""

from typing import ClassVar

from django.db import migrations

from koumen.audit.guards import append_only, frozen_columns, guarded_state, set_once


class Migration(migrations.Migration):
    """Guards."""

    dependencies: ClassVar = [("devices", "0001_initial"), ("audit", "0002_guards_and_seals")]
    operations: ClassVar = [
        guarded_state("devices_deviceact", "act"),
        append_only("devices_appversion"),
        append_only("devices_daypack"),
        frozen_columns(
            "devices_device",
            "code",
            "agent_id",
            "public_key",
            "certificate",
            "certificate_signature",
            "enrolled_at",
            "valid_to",
        ),
        set_once("devices_device", "revoked_at", "revoke_reason"),
        frozen_columns("devices_enrolment", "agent_id", "token_sha256", "opened_at", "expires_at"),
        set_once("devices_enrolment", "device_id"),
        # what a device signed stays as it was signed, and in its place
        frozen_columns(
            "devices_deviceact",
            "device_id",
            "sequence",
            "kind",
            "visit_id",
            "text",
            "signature",
            "sha256",
            "is_genuine",
            "in_chain",
            "receipt_number",
            "carried_by",
            "said_at",
            "received_at",
        ),
        set_once("devices_deviceact", "payment_id"),
        migrations.RunSQL(
            "create sequence devices_device_serial start 101", "drop sequence devices_device_serial"
        ),
    ]
