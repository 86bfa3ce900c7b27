"""Windows, parts of the day, and what a slot is, pure."""
