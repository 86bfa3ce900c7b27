"""Which lender and which branch this is: the registry that stands in the schema public."""
