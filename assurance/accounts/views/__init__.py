"""Sign-up, sign-in, and what people change about themselves."""
