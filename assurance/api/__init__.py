"""What every part of the API under /api/v1/ shares. The paths themselves are in each app's `api`."""
