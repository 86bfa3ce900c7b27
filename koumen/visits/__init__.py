"""Visits and their life, mutual proof at the door, the agreed amount."""
