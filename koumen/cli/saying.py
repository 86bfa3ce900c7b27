"""How the command line speaks: results on standard output, everything else beside it."""

from typing import TYPE_CHECKING, NoReturn

from rich.console import Console

if TYPE_CHECKING:
    from koumen.kit.errors import Refusal

out = Console(highlight=False)
beside = Console(stderr=True, highlight=False)


def say(line: str) -> None:
    """One line about what is going on."""
    beside.print(line, markup=False, soft_wrap=True)


def refuse(line: str) -> NoReturn:
    """End the program with one line that says why."""
    beside.print(f"koumen: {line}", markup=False, style="red", soft_wrap=True)
    raise SystemExit(1)


def refuse_in_words(refusal: "Refusal") -> NoReturn:
    """End the program with the code of a refusal and its sentence, in the language of the command line."""
    from django.utils.translation import override

    from koumen.web.ui.refusals import words

    with override("en"):
        refuse(f"{refusal.code}: {words(refusal.code, **refusal.params)}")
