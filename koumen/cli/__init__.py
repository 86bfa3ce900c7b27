"""The command line: parses, says what happens, and calls one command or query."""
