"""Benches: each hot path against something run beside it; `bench/README.md` says how to read them."""
