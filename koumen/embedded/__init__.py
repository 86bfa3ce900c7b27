"""PostgreSQL inside the product."""
