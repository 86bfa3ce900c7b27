"""Draw the acceptance row of a dispatch bench: koumen bench dispatch --json --only acceptance > FILE; this FILE.

Two pictures for docs/explanation/dispatch.md, as plain SVG: bars are all there is to draw.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
WIDTH, HEIGHT, BOTTOM, LEFT = 720, 240, 40, 44
COLOURS = ("#9aa5b1", "#616e7c", "#2f7d6b", "#1d4e89")


def bars(title: str, groups: Sequence[tuple[str, Sequence[float]]], legend: Sequence[str]) -> str:
    """Groups of bars from zero, each bar with its number; dark on white, so that it can be read on any page."""
    most = max(value for _, values in groups for value in values) * 1.1
    room = (WIDTH - LEFT) / len(groups)
    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>', text(LEFT, 16, title, "start", 13)]
    for place, word in enumerate(legend):
        x = LEFT + place * 170
        parts += [f'<rect x="{x}" y="24" width="10" height="10" fill="{COLOURS[place]}"/>']
        parts += [text(x + 14, 33, word, "start")]
    for number, (name, values) in enumerate(groups):
        wide = room * 0.8 / len(values)
        for place, value in enumerate(values):
            tall = (HEIGHT - BOTTOM - 56) * value / most
            left, y = LEFT + number * room + place * wide, HEIGHT - BOTTOM - tall
            colour = COLOURS[place if len(values) > 1 else 2]
            parts.append(
                f'<rect x="{left:.1f}" y="{y:.1f}" width="{wide - 2:.1f}" height="{tall:.1f}" fill="{colour}"/>'
            )
            parts.append(text(left + wide / 2, y - 3, f"{value:g}"))
        parts.append(text(LEFT + number * room + room * 0.4, HEIGHT - BOTTOM + 16, name))
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">{"".join(parts)}</svg>\n'


def text(x: float, y: float, words: str, anchor: str = "middle", size: int = 11) -> str:
    """A line of text."""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
    return f'<text {place} font-family="sans-serif" fill="#1f2933">{words}</text>'


def main() -> None:
    """Draw both."""
    told = json.loads(Path(sys.argv[1]).read_text("utf-8"))["acceptance"]
    policies = ("fixed_kept_at_booking", "fixed_planned_at_night", "insertion", "tightened")
    groups = [
        (f"{demand} requests", [row[name] for name in policies]) for demand, row in told["by_demand"].items()
    ]
    title = f"Visits accepted, {told['agents']} agents, one day, mean of the seeds"
    legend = ("calendar, kept at booking", "calendar, planned at night", "insertion", "insertion and plans")
    (IMAGES / "acceptance.svg").write_text(bars(title, groups, legend), "utf-8")
    deciles = [(str(number), [share]) for number, share in enumerate(told["by_distance_decile"], start=1)]
    title = "Share of requests accepted, by tenth of distance from the middle of the town (10: farthest)"
    (IMAGES / "acceptance-by-distance.svg").write_text(bars(title, deciles, ()), "utf-8")
    print(f"drawn: {IMAGES}/acceptance*.svg")


if __name__ == "__main__":
    main()
