"""Accounts, entries and one-row movements."""
