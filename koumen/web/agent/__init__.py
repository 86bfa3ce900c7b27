"""The agent site."""
