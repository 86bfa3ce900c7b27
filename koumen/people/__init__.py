"""Persons, customers and those who help them; their personal data, encrypted."""
