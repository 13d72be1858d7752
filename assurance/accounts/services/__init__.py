"""The only writers of accounts' own rows, by theme."""
