"""Finding the entry that answers a free question, or knowing that none does."""
