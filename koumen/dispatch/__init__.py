"""Slots that can be kept, the stops of a shift, the board."""
