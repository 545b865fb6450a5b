"""A review as a page, as text, as a card to share; comparisons and a season."""
