"""Roads: read from OpenStreetMap, kept in a file, asked for travel times; no framework, no database."""
