"""What a page has put into an address or a hidden field, as it comes back: anybody may have changed it."""


def whole(text: str) -> int | None:
    """A whole number, such as a row's id; none for what cannot be one, or is larger than the database holds."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
