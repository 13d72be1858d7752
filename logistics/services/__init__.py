"""The only writers of parcels, freight templates and the products that ship by them."""

from logistics.services.parcels import add_number, record_event, submit_parcel

__all__ = ["add_number", "record_event", "submit_parcel"]
