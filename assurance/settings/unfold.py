"""The admin's theme (django-unfold): names, colours, and the way through its pages."""

UNFOLD = {
    "SITE_TITLE": "Trade Assurance",
    "SITE_HEADER": "Trade Assurance",
}
