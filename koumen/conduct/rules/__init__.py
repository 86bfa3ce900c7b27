"""What a policy pack says and how it answers, pure."""
