"""How figures are written into messages, which message there is, and how one is signed. Pure."""
