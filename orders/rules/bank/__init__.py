"""Bank transfers: the reference that a buyer quotes, files of statements, and what a line is for (PAY-2)."""
