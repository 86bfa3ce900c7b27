"""Setting up a branch: registry, schema, roles, tables, allowed moves."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from koumen.audit.commands import store_moves
from koumen.branch.queries import this_branch
from koumen.config import environment
from koumen.config.machines import MACHINES
from koumen.embedded import supervisor

OWNER = "koumen_owner"
READERS = "koumen_app"

# What even the application's role may not do, beside the triggers that refuse it for everyone.
APPEND_ONLY = (
    "audit_fact",
    "audit_seal",
    "ledger_entry",
    "ledger_movement",
    "ledger_bookperiod",
    "people_reveal",
    "conduct_ruling",
    "credit_purchase",
    "credit_activity",
    "credit_repayment",
    "credit_repaymentplanterms",
    "payments_notecount",
    "devices_appversion",
    "devices_daypack",
    "payments_pile",
    "payments_pilenote",
    "payments_cashfetch",
    "payments_cardslip",
    "payments_settlementfile",
    "payments_forgednote",
    "visits_visitmove",
    "visits_willcheck",
    "dispatch_override",
    "dispatch_roadmap",
    "dispatch_standingturn",
    "dispatch_traveltimes",
)

# Written only by functions that act as the owner.
WRITTEN_BY_FUNCTION = ("audit_seal", "ledger_bookperiod")


def migrate_branch(schema: str, on_step: Callable[[str], None] = lambda step: None) -> None:
    """Bring registry and branch up to date as the owner, then give the application what it needs."""
    on_step("roles")
    embedded = not environment.read("DATABASE_URL") and supervisor.owns(settings.KOUMEN_DATA)
    if embedded:
        _make_roles(schema)
    with _as_owner(schema, embedded=embedded):
        on_step("registry")
        with _registry():
            call_command("migrate", verbosity=0, interactive=False)
        on_step("branch")
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)).as_string(None)
            )
            # a history of its own: else Django would read the registry's, which stands behind it in the path
            cursor.execute(
                "create table if not exists django_migrations (like public.django_migrations including all)"
            )
        call_command("migrate", verbosity=0, interactive=False)
        on_step("guards")
        store_moves(list(MACHINES))
        if _has_readers():
            _grant(schema)
    this_branch.cache_clear()


def migrations_digest() -> str:
    """A digest of every migration and state table: unchanged means there is nothing to migrate."""
    package = Path(__file__).resolve().parent.parent
    files = sorted(
        [
            *package.glob("*/migrations/*.py"),
            *package.glob("*/sql/*.sql"),
            *package.glob("*/states.py"),
            Path(__file__),
            Path(__file__).with_name("machines.py"),
        ]
    )
    total = hashlib.sha256()
    for file in files:
        total.update(str(file.relative_to(package)).encode() + file.read_bytes())
    return total.hexdigest()


@contextmanager
def _as_owner(schema: str, *, embedded: bool) -> Iterator[None]:
    """Connect as the owner with the branch's search path for the time of the migration."""
    default = connections["default"]
    before = {k: default.settings_dict[k] for k in ("USER", "OPTIONS")}
    default.close()
    if embedded:
        default.settings_dict["USER"] = OWNER
    default.settings_dict["OPTIONS"] = before["OPTIONS"] | {"options": f"-c search_path={schema},public"}
    try:
        yield
    finally:
        default.close()
        default.settings_dict.update(before)


@contextmanager
def _registry() -> Iterator[None]:
    """Run migrations against public, where only the room branch has tables."""
    default = connections["default"]
    before = default.settings_dict["OPTIONS"]
    default.close()
    default.settings_dict["OPTIONS"] = before | {"options": "-c search_path=public"}
    settings.MIGRATING_REGISTRY = True
    try:
        yield
    finally:
        default.close()
        default.settings_dict["OPTIONS"] = before
        settings.MIGRATING_REGISTRY = False


def _make_roles(schema: str) -> None:
    """Make the owner, the group of readers and the branch's own sign-in role on the embedded server."""
    name = str(settings.DATABASES["default"]["NAME"])
    branch_role = f"{READERS}_{schema}"
    with psycopg.connect(supervisor.conninfo(settings.KOUMEN_DATA, name), autocommit=True) as boot:
        known = {row[0] for row in boot.execute("select rolname from pg_roles").fetchall()}
        for role, kind in ((OWNER, "login"), (READERS, "nologin"), (branch_role, "login")):
            if role not in known:
                boot.execute(sql.SQL("create role {} " + kind).format(sql.Identifier(role)))
        boot.execute(sql.SQL("grant {} to {}").format(sql.Identifier(READERS), sql.Identifier(branch_role)))
        boot.execute(sql.SQL("grant pg_read_all_stats to {}").format(sql.Identifier(READERS)))
        boot.execute(
            sql.SQL("grant execute on function pg_control_system() to {}").format(sql.Identifier(OWNER))
        )
        boot.execute(
            sql.SQL("grant create on database {} to {}").format(sql.Identifier(name), sql.Identifier(OWNER))
        )
        boot.execute(sql.SQL("grant create, usage on schema public to {}").format(sql.Identifier(OWNER)))
        for extension in ("btree_gist", "pg_trgm"):
            boot.execute(
                sql.SQL("create extension if not exists {} schema public").format(sql.Identifier(extension))
            )
        boot.execute(
            sql.SQL("alter role {} set search_path = {}, public").format(
                sql.Identifier(branch_role), sql.Identifier(schema)
            )
        )
        # the seal's rule "told as older than it is" rests on no transaction living longer
        boot.execute(
            sql.SQL("alter role {} set transaction_timeout = '10min'").format(sql.Identifier(branch_role))
        )


def _has_readers() -> bool:
    """Whether the server has the application's group; a server with a single role has nothing to grant."""
    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = %s", [READERS])
        return cursor.fetchone() is not None


def _grant(schema: str) -> None:
    """Give the application's group the branch's tables, without changing or deleting append-only rows."""
    group, place = sql.Identifier(READERS), sql.Identifier(schema)
    statements = [
        sql.SQL("grant usage on schema {}, public to {}").format(place, group),
        sql.SQL("grant select on all tables in schema public to {}").format(group),
        sql.SQL(
            "grant insert, update on public.branch_branch, public.branch_lender, public.branch_holiday to {}"
        ).format(group),
        sql.SQL("grant usage on all sequences in schema public to {}").format(group),
        sql.SQL("grant select, insert, update, delete on all tables in schema {} to {}").format(place, group),
        sql.SQL("grant usage on all sequences in schema {} to {}").format(place, group),
        *(
            sql.SQL("revoke insert on {} from {}").format(sql.Identifier(schema, table), group)
            for table in WRITTEN_BY_FUNCTION
        ),
        *(
            sql.SQL("revoke update, delete, truncate on {} from {}").format(
                sql.Identifier(schema, table), group
            )
            for table in APPEND_ONLY
        ),
    ]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.as_string(None))
