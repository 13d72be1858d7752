"""Pages of the catalogue: buyers, and sellers in MA."""
