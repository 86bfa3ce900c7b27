"""What may be done to whom and when: policy packs and their stored rulings."""
