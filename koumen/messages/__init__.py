"""What people are told, by which channel, and that it was sent."""
