"""Orders under /api/v1/orders/: reading them, and the verbs of both sides."""
