"""When statements are made, and when they are due."""

from datetime import date

MONTHS = 12


def next_day(after: date, day_of_month: int) -> date:
    """The first such day of a month strictly after a date (the day is 28 at most)."""
    if after.day < day_of_month:
        return after.replace(day=day_of_month)
    years, month = divmod(after.month, MONTHS)
    return date(after.year + years, month + 1, day_of_month)


def due_on(issued: date, due_day: int) -> date:
    """When a statement is due."""
    return next_day(issued, due_day)


def billed_on(purchased: date, bill_day: int) -> date:
    """Which statement bills a purchase: the first after it; what is bought on the bill day waits for the next."""
    return next_day(purchased, bill_day)
