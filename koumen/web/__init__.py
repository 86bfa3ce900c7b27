"""The four sites and their common look."""
