"""Reading lines, templates, offers to a buyer, the catalogue, and parcels."""

from logistics.queries.catalogue import Listing, Search, categories, destinations, listings, search
from logistics.queries.offers import CORE_COUNTRIES, cost_by, guaranteed_products, line_to, offers, transit
from logistics.queries.templates import (
    Reach,
    Suggestions,
    facts_of,
    lines_for_templates,
    products_of,
    reach,
    slowest_dispatch,
    suggestions,
    templates_of,
)

__all__ = [
    "CORE_COUNTRIES",
    "Listing",
    "Reach",
    "Search",
    "Suggestions",
    "categories",
    "cost_by",
    "destinations",
    "facts_of",
    "guaranteed_products",
    "line_to",
    "lines_for_templates",
    "listings",
    "offers",
    "products_of",
    "reach",
    "search",
    "slowest_dispatch",
    "suggestions",
    "templates_of",
    "transit",
]
