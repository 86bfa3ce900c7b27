"""Templates and data to PDF, signature and stored file."""
