"""Write docs/reference/{states,events,settings,chart}.md from the code; a test compares them."""

import ast
import importlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "koumen"
FOLDER = ROOT / "docs" / "reference"
MADE = "% Made by scripts/make_reference.py from the code: make reference.\n\n"

# What a setting is for, its value when it is not set, and in production ("" where it is the same).
SETTINGS = {
    "KOUMEN_MODE": ("demo, production or test", "demo", ""),
    "KOUMEN_DATA": ("the folder of the embedded database, keys and files", "`.data`", ""),
    "KOUMEN_BRANCH": ("the branch of this process, and the schema of its tables", "`demo`", ""),
    "KOUMEN_PORT": ("where the sites answer; in a demonstration the next port is the wallet simulator's", "8765", ""),
    "KOUMEN_LISTEN": ("the address to listen on", "127.0.0.1", ""),
    "KOUMEN_PUBLIC_URL": ("how others reach the sites; printed in receipts", "`http://localhost:PORT`", "required, https"),
    "KOUMEN_HOSTS": ("the host names that are answered, with commas", "all", "required"),
    "KOUMEN_PROXIES": ("how many reverse proxies stand before the sites", "0", "1"),
    "KOUMEN_LOG": ("what processes tell: debug, info, warning or error, and worse", "warning", "info, as JSON"),
    "KOUMEN_TILES_URL": ("pictures for the maps, `https://…/{z}/{x}/{y}.png`", "none: roads, or plain ground", ""),
    "KOUMEN_TILES_THANKS": ("whom the map thanks for its pictures", "", ""),
    "DATABASE_URL": ("a PostgreSQL 18 or newer", "the embedded one", ""),
    "KOUMEN_DATABASE": ("the database on the embedded server", "`koumen`", ""),
    "KOUMEN_DATABASE_ROLE": ("the role on the embedded server", "`koumen_app_BRANCH`", ""),
    "KOUMEN_PG_BIN": ("the folder of another PostgreSQL's programs", "the wheel's", ""),
    "KOUMEN_MASTER_KEY": ("wraps the keys of persons and documents (64 hexadecimal digits)", "made once, in DATA/keys", "required"),
    "KOUMEN_INDEX_KEY": ("blind indexes of telephone and identity numbers", "made once", "required"),
    "KOUMEN_DOOR_KEY": ("pictures and codes at the door are derived from it", "made once", "required"),
    "KOUMEN_SECRET_KEY": ("Django's own: sessions, forms", "made once", "required"),
    "KOUMEN_SIGNING_DIR": ("the folder with `receipts/key.pem` and `receipts/cert.pem`", "DATA/keys, self-signed", "a pair of your own"),
    "KOUMEN_WALLET_URL": ("the provider of wallet payments", "the simulator", ""),
    "KOUMEN_WALLET_KEY": ("signs what is sent to the provider and proves its callbacks", "made once", "required"),
    "KOUMEN_BANK_URL": ("the bank that pays customers out", "the simulator", "none: payouts wait"),
    "KOUMEN_BANK_KEY": ("signs what is sent to that bank", "made once", "required with the address"),
    "KOUMEN_SMS_URL": ("the provider of text messages", "none: a page shows them", "required, https"),
    "KOUMEN_SMS_KEY": ("signs what is sent to the provider of text messages", "made once", "required"),
    "KOUMEN_REAL_DATA": ("the folder of data that belongs to others, for benches and tests", "`../shared/data`", ""),
    "KOUMEN_CHROMIUM": ("the browser of the tests", "the first Chromium found", ""),
}  # fmt: skip


def main() -> int:
    """Write the pages that differ."""
    for name, text in pages().items():
        file = FOLDER / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            print(file.relative_to(ROOT))
    return 0


def pages() -> dict[str, str]:
    """The text of each page, by file name; Django must be set up."""
    return {
        "states.md": MADE + "\n".join(_states()) + "\n",
        "events.md": MADE + "\n".join(_events()) + "\n",
        "settings.md": MADE + "\n".join(_settings()) + "\n",
        "chart.md": MADE + "\n".join(_chart()) + "\n",
    }


def _states() -> Iterator[str]:
    from koumen.config.machines import MACHINES

    yield "# States\n"
    yield "What may follow what. Code refuses everything else, and so does a guard in the database."
    for machine in MACHINES:
        first_line = (sys.modules[machine.states.__module__].__doc__ or "").partition("\n")[0].rstrip(".")
        yield f"\n## {first_line}\n\n| state | what happens → state after it |\n| --- | --- |"
        for state in (None, *machine.states):
            moves = [f"{verb} → {machine.move(state, verb)}" for verb in machine.verbs(state)]
            yield f"| {state or '(before the first)'} | {' · '.join(moves) or 'the end'} |"


def _events() -> Iterator[str]:
    from koumen.audit.reactions import reactions_of
    from koumen.kit.events import Event

    yield "# Events\n"
    yield "What is recorded as a fact, by room. Values are plain: never a name, telephone number, address or code."
    for file in sorted([*PACKAGE.glob("*/events.py"), *PACKAGE.glob("*/events/*.py")]):
        module = importlib.import_module(
            ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        )
        kinds = [
            kind
            for kind in vars(module).values()
            if isinstance(kind, type) and issubclass(kind, Event) and kind.__module__ == module.__name__
        ]
        if not kinds or module.__name__ == Event.__module__:
            continue
        room, *part = module.__name__.removeprefix("koumen.").split(".events")
        yield f"\n## {' '.join([room, *part]).replace(' .', ': ').strip()}\n\n{(module.__doc__ or '').strip()}"
        for kind in kinds:
            yield f"\n{kind.kind()}\n: {' '.join((kind.__doc__ or '').split())}"
            values = [f"`{f.name}` ({_type(f.type)})" for f in fields(kind) if f.name != "subject_id"]
            if values:
                yield f"  Carries {', '.join(values)}."
            followers = sorted(name.removeprefix("koumen.") for name in reactions_of(kind.kind()))
            if followers:
                yield f"  Followed by {', '.join(f'`{name}`' for name in followers)}."


def _type(kind: object) -> str:
    """How a reader says it."""
    if not isinstance(kind, type):
        return str(kind).replace("|", "or")
    names = {"UUID": "id", "str": "text", "int": "integer", "bool": "yes or no", "datetime": "moment"}
    return "code" if issubclass(kind, StrEnum) else names.get(kind.__name__, kind.__name__)


def _settings() -> Iterator[str]:
    found = set(settings_read())
    if found != set(SETTINGS):
        raise SystemExit(f"describe in scripts/make_reference.py: {sorted(found ^ set(SETTINGS))}")
    yield "# Settings\n"
    yield "Environment variables. In production a start refuses by its name what is missing or insecure.\n"
    yield "| name | what for | if not set | in production |\n| --- | --- | --- | --- |"
    for name, (what, default, production) in SETTINGS.items():
        yield f"| `{name}` | {what} | {default} | {production} |"


def _chart() -> Iterator[str]:
    from koumen.ledger.rules.beancount import NAMES
    from koumen.ledger.rules.chart import CHART, OWNED, AccountKind
    from koumen.ledger.rules.entries import EntryKind

    of_agents = {AccountKind.AGENT_CASH, AccountKind.AGENT_SHORT}
    yield "# Chart of accounts\n"
    yield "The kinds of accounts: on which side a balance stands, whose they are, and their name in an export.\n"
    yield "| kind | stands on | belongs to | for Beancount |\n| --- | --- | --- | --- |"
    for kind, side in CHART.items():
        owner = "agent" if kind in of_agents else "credit account" if kind in OWNED else "branch"
        yield f"| `{kind}` | {'either' if side == 'both' else side} | {owner} | `{NAMES[kind]}` |"
    yield "\n## Kinds of entries\n"
    yield "What stands behind a group of movements; posting refuses any other name.\n"
    yield ", ".join(f"`{kind}`" for kind in EntryKind) + "."


def settings_read() -> Iterator[str]:
    """Every name that the package reads from its environment."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _reads(node.func):
                name = getattr(node.args[0], "value", None)
                if isinstance(name, str) and re.fullmatch(r"KOUMEN_[A-Z_]+|DATABASE_URL", name):
                    yield name


def _reads(function: ast.expr) -> bool:
    """environment.read(…), environment.key(…), os.environ.get(…)."""
    return isinstance(function, ast.Attribute) and ast.unparse(function) in {
        "environment.read",
        "environment.key",
        "os.environ.get",
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as aside:
        os.environ |= {"KOUMEN_MODE": "test", "KOUMEN_DATA": aside}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "koumen.config.settings")
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        sys.exit(main())
