"""The pages of the agent app."""
