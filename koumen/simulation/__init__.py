"""A town that does not exist, so that everything can be tried without real people, money or telephones."""
