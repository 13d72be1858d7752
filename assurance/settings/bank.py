"""The platform's own bank accounts, to which buyers pay by T/T (orders/queries/accounts.py)."""

from environs import Env

env = Env()

# [{"currency": "USD", "holder": …, "bank": …, "account": …, "bic": …, "address": …}, …]; none: no T/T.
BANK_ACCOUNTS = env.json("BANK_ACCOUNTS", [])

# Of no bank: for the demo, for tests and for one's own machine.
SAMPLE_ACCOUNTS = [
    {
        "currency": "USD",
        "holder": "Trade Assurance Clearing Ltd",
        "bank": "Sample Bank N.A., New York",
        "account": "US64SVBK0000001234567890",
        "bic": "SMPLUS33XXX",
        "address": "1 Sample Plaza, New York, NY 10001",
    },
    {
        "currency": "EUR",
        "holder": "Trade Assurance Clearing Ltd",
        "bank": "Musterbank AG, Frankfurt am Main",
        "account": "DE02120300000000202051",
        "bic": "SMPLDEFFXXX",
        "address": "Musterstraße 1, 60311 Frankfurt am Main",
    },
]
