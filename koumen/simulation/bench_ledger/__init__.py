"""What recording a repayment costs: the real command, its SQL alone, and django-hordak, taking turns."""
