"""Having a database that answers, Django set up on it, and the branch's tables up to date."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from koumen.cli import environment
from koumen.embedded import supervisor

OLDEST_SERVER = 180_000  # PostgreSQL 18, as libpq counts: uuidv7() and virtual generated columns
SECONDS_TO_STOP = 3.0  # sessions are ended at once; what takes longer is recovered at the next start
MIGRATING = 0x6B6F756D  # the number of an advisory lock ("koum"): one migration at a time on a server


@contextmanager
def database(say: Callable[[str], None], *, stop_it: bool = False) -> Iterator[None]:
    """Have the database answering meanwhile.

    Afterwards an embedded server is stopped if it was started here (or ``stop_it`` says so anyway),
    unless another of our processes uses it: each holds a shared lock for as long as it does.
    """
    if environment.database_url():
        check_server()
        yield
        return
    data = environment.data()
    was_running = supervisor.status(data).pid is not None
    supervisor.ensure(data, say=say)
    users = os.open(data / "postgres.users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield
    finally:
        if (stop_it or not was_running) and _is_last(users):
            supervisor.stop(data, timeout_s=SECONDS_TO_STOP)
        os.close(users)


def _is_last(users: int) -> bool:
    """Whether nobody else uses the server: then the lock can be had alone."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def branch(say: Callable[[str], None], name: str = "") -> Iterator[None]:
    """Have a branch to work on meanwhile: its database answers, Django is set up, its tables are up to date.

    ``name``: another than this process's own (KOUMEN_BRANCH).
    """
    if name:
        os.environ["KOUMEN_BRANCH"] = name  # before the settings are read
    with database(say):
        start_django()
        bring_up_to_date(lambda step: say(f"  tables: {step}"))
        yield


def start_django() -> None:
    """Set Django up; only commands that touch the database pay for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "koumen.config.settings")
    import django

    from koumen.cli.catalogues import compile_catalogues

    compile_catalogues()
    django.setup()


def bring_up_to_date(on_step: Callable[[str], None]) -> bool:
    """Migrate the branch if its tables are older than the code; tells whether there was anything to do.

    The digest of what was migrated is kept as a comment on the branch's schema: it stays with the
    tables through backup, restore and change of server. Django's own look through all migrations
    costs a second at each start.
    """
    from koumen.config.migrate import migrate_branch, migrations_digest

    schema, wanted = environment.branch(), f"koumen {migrations_digest()}"
    if _comment_on(schema) == wanted:
        return False
    with _alone():
        if _comment_on(schema) == wanted:
            return False
        migrate_branch(schema, on_step)
        _set_comment(schema, wanted)
    return True


def check_server() -> int:
    """The version of the server that was named; refuses one that is too old before a migration fails half-way."""
    import psycopg

    try:
        with psycopg.connect(environment.database_url(), connect_timeout=10) as connection:
            version = connection.info.server_version
    except psycopg.OperationalError as fault:
        raise supervisor.CannotRun(f"DATABASE_URL: {str(fault).strip()}") from fault
    if version < OLDEST_SERVER:
        raise supervisor.CannotRun(
            f"DATABASE_URL is a PostgreSQL {version // 10_000}: Koumen needs 18 or newer "
            "(leave DATABASE_URL out to use the embedded one)"
        )
    return version


def warn_of_one_role(say: Callable[[str], None]) -> None:
    """Say so when the role that serves owns the facts: then only the triggers keep it from changing them."""
    if not environment.database_url():
        return
    import psycopg

    facts = f'"{environment.branch()}".audit_fact'
    with psycopg.connect(_conninfo(), autocommit=True) as connection:
        found = connection.execute("select has_table_privilege(%s, 'update')", [facts]).fetchone()
    if found and found[0]:
        say(
            "Warning: DATABASE_URL serves with a role that may change facts and books. Migrate as an owner and "
            "serve as a member of koumen_app; docs/how-to/database.md says how."
        )


def _conninfo() -> str:
    return environment.database_url() or supervisor.conninfo(environment.data(), environment.database())


def _comment_on(schema: str) -> str | None:
    """The comment on the branch's schema, if there is one."""
    import psycopg

    with psycopg.connect(_conninfo(), autocommit=True) as connection:
        found = connection.execute(
            "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s", [schema]
        ).fetchone()
    return found[0] if found else None


def _set_comment(schema: str, text: str) -> None:
    """Keep the digest on the schema."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(_conninfo(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("comment on schema {} is {}").format(sql.Identifier(schema), sql.Literal(text))
        )


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the migration lock of this database."""
    import psycopg

    with psycopg.connect(_conninfo(), autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [MIGRATING])
        yield
