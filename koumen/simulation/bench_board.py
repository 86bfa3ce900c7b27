"""What it costs to look at the dispatch board: asked with nothing new, answered from what was made, made anew.

In this process and one thread, through everything that a request passes; against a request that is only let in (session,
person, language) and then has nothing to do. A rate is what one core answers in a second, so four times as many
people can look who ask every four seconds.
"""

from collections.abc import Callable
from typing import Any

from koumen.simulation.measuring import Measurement, Part, machine, take_turns

ROUNDS, QUICK_ROUNDS = 60, 10
EVERY_S = 4
# Agents, and visits of each.
SIZE, QUICK_SIZE = (30, 8), (6, 4)

Ask = Callable[[str, str], tuple[int, str, bytes]]
"""Address and ETag to status, ETag and body."""


def measure(
    ask: Ask, forget: Callable[[], None], *, board: str, floor: str, quick: bool = False
) -> Measurement:
    """Ask the product as a browser does. ``forget`` throws away what was made; ``floor`` is the empty request."""
    status, etag, body = ask(board, "")
    if status != 200 or not etag:  # noqa: PLR2004
        raise RuntimeError(f"the board answers {status}")

    def asked(address: str, known: str, wanted: int) -> None:
        answered, _, _ = ask(address, known)
        if answered != wanted:
            raise RuntimeError(f"{address} answers {answered}, not {wanted}")

    def made(turn: int) -> int:
        forget()
        return turn

    parts: dict[str, Part] = {
        "floor": Part(lambda _: asked(floor, "", 405)),
        "unchanged": Part(lambda _: asked(board, etag, 304)),
        "kept": Part(lambda _: asked(board, "", 200)),
        "made": Part(lambda _: asked(board, "", 200), made),
    }
    timings = take_turns(parts, rounds=QUICK_ROUNDS if quick else ROUNDS)
    middle: dict[str, Any] = {name: timing.p50_ms for name, timing in timings.items()}
    return Measurement(
        name="board",
        machine=machine(),
        timings=timings,
        ratios={
            f"{name}_to_floor": round(middle[name] / middle["floor"], 3) for name in parts if name != "floor"
        },
        rates={
            **{f"{name}_per_s": round(1000 / ms) for name, ms in middle.items()},
            "dispatchers_who_see_nothing_new": round(EVERY_S * 1000 / middle["unchanged"]),
            "bytes_of_the_answer": len(body),
        },
    )
