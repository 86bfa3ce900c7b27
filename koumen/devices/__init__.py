"""The phones of agents: enrolled, signing what they do, believed only as far as it can be checked."""
