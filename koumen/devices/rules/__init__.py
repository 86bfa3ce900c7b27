"""Signatures, envelopes, numbers and moments of a device, without Django."""
