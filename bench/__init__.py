"""Benches: each hot path against something run beside it in the same minutes. `bench/README.md` says how to read them."""
