"""Real PostgreSQL for every test: one migrated template, one copy a worker, a fresh copy after real commits."""

import fcntl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql
from pytest_django import DjangoDbBlocker

from koumen.branch.commands import BranchOpening, open_branch
from koumen.branch.queries import this_branch
from koumen.config.migrate import migrate_branch, migrations_digest
from koumen.embedded import supervisor
from koumen.kit import clock
from tests.browser import chromium, page_for, server

# Here and nowhere below: a second copy of the browser's fixture would start a second driver in one process.
__all__ = ["chromium", "page_for", "server"]

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # a Tuesday, 12:00 in the branch


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Parallel workers get databases of their own below, not by suffix."""


@pytest.fixture(scope="session")
def _template(django_db_blocker: DjangoDbBlocker) -> str:
    """Migrate once for all workers, and again only when a migration has changed."""
    data = Path(settings.KOUMEN_DATA)
    supervisor.ensure(data)
    name = f"koumen_template_{migrations_digest()[:12]}"
    with (data / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(supervisor.conninfo(data, "postgres"), autocommit=True) as boot:
            if not boot.execute("select 1 from pg_database where datname = %s", [f"{name}_ready"]).fetchone():
                with django_db_blocker.unblock():
                    _build(boot, name)
    return f"{name}_ready"


def _build(boot: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    boot.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
    boot.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    _use(name)
    migrate_branch(settings.KOUMEN_BRANCH)
    open_branch(OPENING)
    connections.close_all()
    boot.execute(
        sql.SQL("alter database {} rename to {}").format(
            sql.Identifier(name), sql.Identifier(f"{name}_ready")
        )
    )


def _use(name: str) -> None:
    """Point Django at another database of the same server."""
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name


def _copy(template: str, name: str) -> None:
    connections.close_all()
    with psycopg.connect(supervisor.conninfo(settings.KOUMEN_DATA, "postgres"), autocommit=True) as boot:
        boot.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        boot.execute(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


@pytest.fixture(scope="session")
def django_db_setup(_template: str, worker_id: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One database for this worker, copied from the template."""
    name = f"koumen_test_{worker_id}"
    with django_db_blocker.unblock():
        _copy(_template, name)
        _use(name)
        yield
        connections.close_all()


@pytest.fixture
def committed(
    django_db_setup: None, _template: str, worker_id: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Real commits, for tests with several connections; afterwards the worker starts from a fresh copy.

    Append-only tables cannot be emptied, and should not be, even by a test.
    """
    with django_db_blocker.unblock():
        this_branch.cache_clear()
        yield
        _copy(_template, f"koumen_test_{worker_id}")


@pytest.fixture(autouse=True)
def _forget_branch() -> None:
    this_branch.cache_clear()


@pytest.fixture
def at() -> Iterator[datetime]:
    """Tuesday noon in the branch, and the clock stands there."""
    with clock.stopped_at(NOON):
        yield NOON


OPENING = BranchOpening(
    schema="test",
    lender_name="清河消费金融有限公司",
    lender_name_en="Qinghe Consumer Finance",
    lender_address="清河市中山区人民路1号",
    registration_number="L0001",
    name="清河",
    name_en="Qinghe",
    zone_name="Asia/Shanghai",
    currency="CNY",
    country="CN",
    language="zh-hans",
    help_phone="400-000-0000",
    latitude=30.0,
    longitude=120.0,
)
