"""The payment gateway (orders/gateway.py)."""

from environs import Env

env = Env()

# The gateway signs its notices with this; empty, every notice is refused.
GATEWAY_SECRET = env.str("GATEWAY_SECRET", "")
# A page on which the buyer says how a payment ends, in place of a gateway. Never where money is real.
GATEWAY_SANDBOX = env.bool("GATEWAY_SANDBOX", False)
