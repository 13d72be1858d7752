"""The only writers of orders. Lock order and reasons: `docs/locking.md`."""
