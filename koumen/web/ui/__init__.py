"""The look shared by the four sites: templates, tags, pictures, words, and what each request passes through."""
