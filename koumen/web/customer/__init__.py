"""The customer site."""
