"""Decisions about agents and their working days, pure."""
