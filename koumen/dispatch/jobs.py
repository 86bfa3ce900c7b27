"""Reactions of the room to what happened elsewhere."""
