"""Agents, their skills, certificates and shifts."""
