"""How much an agent may know before the door: a band, never the amount (R26)."""

# Upper ends in major units; whoever carries change needs the order of magnitude and no more.
STEPS = (200, 500, 1000, 2000, 5000, 10000)


def amount_band(amount_minor: int, minor_units: int) -> tuple[int, int | None]:
    """The band [low, high) in minor units around an amount; high is None above the last step."""
    scale = 10**minor_units
    low = 0
    for step in STEPS:
        if amount_minor < step * scale:
            return low, step * scale
        low = step * scale
    return low, None
