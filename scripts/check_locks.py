"""Check that the locks fit pyproject.toml; with --write, note what they were made from.

Three things are checked: every requirement is in its lock with a version that satisfies it, every
locked package has a digest, and the dependency tables are the ones the locks were made from. No
committed file may name a package index: each machine says itself where packages come from.
"""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"run": (), "dev": ("dev",), "docs": ("docs",), "bench": ("bench",)}
NOTED = ROOT / "requirements" / "inputs.sha256"
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)
# Read by pip and uv from requirement files; an address in any of them would win over the machine's own.
INDEX_OPTION = re.compile(r"^\s*(--(extra-)?index-url|--find-links|--trusted-host|-i |-f )", re.MULTILINE)
INDEX_SETTING = re.compile(
    r"^\s*(index-url|extra-index-url|find-links)\s*=|\[\[tool\.uv\.index\]\]", re.MULTILINE
)


def main() -> int:
    """Print each fault; 1 when there is one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    digest = inputs_digest(project)
    if "--write" in sys.argv:
        NOTED.write_text(f"{digest}\n", encoding="ascii")
        return 0
    faults = [*lock_faults(project), *index_faults()]
    if not NOTED.exists() or NOTED.read_text(encoding="ascii").strip() != digest:
        faults.append("the dependencies in pyproject.toml changed after the locks were made: make lock")
    for fault in faults:
        print(f"locks: {fault}", file=sys.stderr)
    return 1 if faults else 0


def inputs_digest(project: dict[str, object]) -> str:
    """A digest of everything the locks are computed from."""
    inputs = [project["requires-python"], project["dependencies"], project["optional-dependencies"]]
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def lock_faults(project: dict[str, object]) -> Iterator[str]:
    """What each lock lacks."""
    tables = {"": project["dependencies"], **project["optional-dependencies"]}  # type: ignore[dict-item]
    for name, extras in LOCKS.items():
        file = ROOT / "requirements" / f"{name}.txt"
        text = file.read_text(encoding="utf-8")
        pinned = {canonicalize_name(found): version for found, version in PINNED.findall(text)}
        for wanted in (Requirement(line) for extra in ("", *extras) for line in tables[extra]):  # type: ignore[attr-defined]
            if wanted.marker and not wanted.marker.evaluate():
                continue
            version = pinned.get(canonicalize_name(wanted.name))
            if version is None:
                yield f"{wanted.name} is not in requirements/{name}.txt: make lock"
            elif not wanted.specifier.contains(version, prereleases=True):
                yield f"requirements/{name}.txt has {wanted.name} {version}, wanted is {wanted.specifier}: make lock"
        yield from (f"{found} has no digest in {file.name}" for found in undigested(text))


def undigested(text: str) -> Iterator[str]:
    """The pinned packages without a digest."""
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        found = PINNED.match(block)
        if found and "--hash=sha256:" not in block:
            yield found.group(1)


def index_faults() -> Iterator[str]:
    """Committed files that name a package index."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "*.txt", "*.toml", "*.cfg", "*.conf", "*.ini"],  # noqa: S607  (git is found by PATH)
        cwd=ROOT, capture_output=True, check=False,
    ).stdout.decode().split("\0")  # fmt: skip
    for name in filter(None, tracked):
        file = ROOT / name
        text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
        if INDEX_OPTION.search(text) or INDEX_SETTING.search(text):
            yield f"{name} names a package index"


if __name__ == "__main__":
    sys.exit(main())
