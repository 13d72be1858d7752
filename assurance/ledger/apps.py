from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "assurance.ledger"
    label = "ledger"
