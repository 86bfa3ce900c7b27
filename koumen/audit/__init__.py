"""What happened: facts, their seals, and the memory of commands already done."""
