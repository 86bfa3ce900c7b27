"""Whether an agent can be somewhere in time: arithmetic only, seconds as integers."""
