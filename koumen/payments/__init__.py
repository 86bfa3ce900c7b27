"""Payments and tenders, cash custody, receipts."""
