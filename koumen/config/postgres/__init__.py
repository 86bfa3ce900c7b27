"""The database as this product talks to it: Django's PostgreSQL, and a last statement that goes with COMMIT."""
