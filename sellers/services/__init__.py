"""The only writers of sellers' data."""
