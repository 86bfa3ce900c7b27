"""Koumen (叩門): home-visit repayment for consumer lenders."""
