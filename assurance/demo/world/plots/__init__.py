"""The courses that an order can take. Each plot is told to its end; the present may cut it short."""
