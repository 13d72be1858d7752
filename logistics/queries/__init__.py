"""Reading lines, templates, offers to a buyer, the catalogue, and parcels."""

from logistics.queries.catalogue import Listing, Search, categories, destinations, listings, search
from logistics.queries.offers import CORE_COUNTRIES, guaranteed_products, offers, transit

__all__ = [
    "CORE_COUNTRIES",
    "Listing",
    "Search",
    "categories",
    "destinations",
    "guaranteed_products",
    "listings",
    "offers",
    "search",
    "transit",
]
