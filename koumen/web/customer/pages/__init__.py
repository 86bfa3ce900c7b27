"""The pages of the customer site."""
