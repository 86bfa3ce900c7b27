"""The chart of accounts and what a posting must be. Pure."""
