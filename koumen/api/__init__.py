"""The HTTP API: for other programs, never for people; refusals are problem details."""
