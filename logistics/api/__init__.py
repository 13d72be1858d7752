"""Products, shipping options and tracking under /api/v1/."""
