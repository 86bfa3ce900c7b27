"""The console site."""
