"""The rules of the schema that let a branch move to a cluster, and the guards that every table needs."""

import pytest
from django.db import connection

from koumen.config.machines import MACHINES
from koumen.config.migrate import APPEND_ONLY

pytestmark = pytest.mark.django_db

ALLOWED_EXTENSIONS = {"plpgsql", "btree_gist", "pg_trgm", "citext", "unaccent", "pg_stat_statements"}


def rows(query: str, *values: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def test_only_the_registry_stands_outside_the_branch() -> None:
    tables = {name for (name,) in rows("select tablename from pg_tables where schemaname = 'public'")}
    assert tables == {"branch_branch", "branch_lender", "branch_holiday", "django_migrations"}


def test_no_foreign_key_leaves_the_branch_but_to_the_registry() -> None:
    leaving = rows(
        "select conname, conrelid::regclass::text from pg_constraint c"
        " join pg_class a on a.oid = conrelid join pg_class b on b.oid = confrelid"
        " where contype = 'f' and a.relnamespace <> b.relnamespace"
        " and b.relnamespace <> 'public'::regnamespace"
    )
    assert leaving == []


def test_no_foreign_key_of_the_registry_enters_a_branch() -> None:
    assert (
        rows(
            "select conname from pg_constraint join pg_class b on b.oid = confrelid where contype = 'f'"
            " and connamespace = 'public'::regnamespace and b.relnamespace <> 'public'::regnamespace"
        )
        == []
    )


def test_only_extensions_that_every_node_carries() -> None:
    assert {name for (name,) in rows("select extname from pg_extension")} <= ALLOWED_EXTENSIONS


def test_every_function_of_ours_keeps_the_branchs_search_path() -> None:
    without = rows(
        "select proname from pg_proc p where pronamespace = current_schema::regnamespace"
        " and proname not like 'procrastinate%%'"
        " and not exists (select from unnest(coalesce(proconfig, '{}')) c where c like 'search_path=%%')"
    )
    assert without == []


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_append_only_tables_refuse_change_twice_over(table: str) -> None:
    triggers = {name for (name,) in rows("select tgname from pg_trigger where tgrelid = %s::regclass", table)}
    assert {f"{table}_append_only", f"{table}_no_truncate"} <= triggers
    (may,) = rows(
        "select has_table_privilege(current_user, %s, 'update') or has_table_privilege(current_user, %s, 'delete')"
        " or has_table_privilege(current_user, %s, 'truncate')",
        *(table, table, table),
    )
    assert may == (False,), "the application's role lacks the right as well"


def test_every_column_named_state_is_guarded_by_its_machine() -> None:
    columns = {
        name
        for (name,) in rows(
            "select table_name from information_schema.columns where column_name = 'state'"
            " and table_schema = current_schema and table_name not like 'procrastinate%%'"
        )
    }
    guarded = {
        name
        for (name,) in rows("select tgrelid::regclass::text from pg_trigger where tgname like '%%\\_state'")
    }
    assert columns == guarded


def test_the_database_knows_exactly_the_moves_of_the_machines() -> None:
    stored = set(rows("select machine, from_state, to_state from audit_allowedmove"))
    meant = {(m.name, before, after) for m in MACHINES for before, after in m.pairs()}
    born = {(m.name, "", state) for m in MACHINES for state in m.first()}
    assert stored == meant | born
