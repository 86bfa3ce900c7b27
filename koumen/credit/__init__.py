"""Products, credit accounts, purchases, statements, quotes and what is owed."""
