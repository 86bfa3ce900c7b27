"""What a document says and how it looks, pure: no Django, no database."""
