"""The words of the acceptance language: what a file may say, and what each field holds."""

from dataclasses import dataclass

from moneyed import CURRENCIES

TEXT, NUMBER, COUNT, MONEY, AMOUNT, RATE = "text", "number", "count", "money", "amount", "rate"
DAY, TIME, FLAG, COUNTRY = "day", "time", "flag", "country"
COUNTRIES, NAMES, QUANTITIES, TRANSIT, TERMS = "countries", "names", "quantities", "transit", "terms"

NONE = "none"


@dataclass(frozen=True)
class Field:
    """`names` is a kind of thing that must be defined in the file, `defines` one that this field defines.

    `one_of` are the words that can stand here; beside `names` they can stand instead of a name.
    """

    holds: str = TEXT
    required: bool = False
    one_of: tuple[str, ...] = ()
    names: str = ""
    defines: str = ""


Fields = dict[str, Field]


def _new(kind: str) -> Field:
    return Field(TEXT, required=True, defines=kind)


def _named(kind: str, required: bool = True, also: tuple[str, ...] = ()) -> Field:
    return Field(TEXT, required, also, names=kind)


def _one_of(*words: str, required: bool = False) -> Field:
    return Field(TEXT, required, one_of=words)


TOP = ("scenario", "rules", "world", "steps")

WORLD: dict[str, Fields] = {
    "sellers": {"company": Field(TEXT), "upgraded": Field(DAY), "qualified": Field(DAY)},
    "buyers": {"country": Field(COUNTRY)},
    "lines": {
        "mode": _one_of("express", "air", "post", "land", "sea", required=True),
        "platform": Field(FLAG),
        "handling": Field(NUMBER),
        "transit": Field(TRANSIT, required=True),
        "guaranteed": Field(COUNTRIES),
    },
    "products": {
        "seller": _named("seller"),
        "price": Field(MONEY, required=True),
        "rts": Field(FLAG),
        "dispatch_days": Field(NUMBER),
        "lines": Field(NAMES, names="line"),
        "small_quick": Field(FLAG),
        "count": Field(COUNT),
    },
}

ORDER = {"order": _named("order")}
SELLER = {"seller": _named("seller")}
DISPUTE = {"dispute": _named("dispute")}
SIDE = _one_of("buyer", "supplier", required=True)
METHODS = (
    "visa",
    "mastercard",
    "paypal",
    "apple_pay",
    "google_pay",
    "e_checking",
    "boleto",
    "pay_later",
    "tt",
)

VERBS: dict[str, Fields] = {
    "join": SELLER,
    "leave": SELLER,
    "activate": SELLER,
    "order": {
        "id": _new("order"),
        "by": _one_of("buyer", "seller"),
        "seller": _named("seller", required=False),
        "buyer": _named("buyer"),
        "items": Field(QUANTITIES, required=True, names="product"),
        "line": _named("line", required=False),
        "shipping": Field(MONEY),
        "destination": Field(COUNTRY),
        "export": _one_of("self", "market", "agency", "easy"),
        "dispatch": Field(TERMS),
        "initial": Field(MONEY),
        "discount": Field(MONEY),
        "currency": _one_of(*CURRENCIES),
        "rate": Field(RATE),
    },
    "confirm": {**ORDER, "by": SIDE},
    "decline": {**ORDER, "reason": _one_of("terms", "refusal", required=True)},
    "cancel": {**ORDER, "by": SIDE},
    "pay": {
        **ORDER,
        "method": _one_of(*METHODS),
        "amount": Field(MONEY),
        "coupon": _named("coupon", required=False),
    },
    "associate": ORDER,
    "accept_short": ORDER,
    "dispatch": {**ORDER, "parcel": _new("parcel"), "last": Field(FLAG)},
    "track": {
        "parcel": _named("parcel"),
        "event": _one_of("picked_up", "in_transit", "customs", "delivered", required=True),
        "happened": Field(TIME),
    },
    "receive": ORDER,
    "extend": {**ORDER, "by": SIDE},
    "propose": {**ORDER, "day": Field(DAY, required=True)},
    "accept": ORDER,
    "refuse": ORDER,
    "address": ORDER,
    "claim": {
        "id": _new("claim"),
        **ORDER,
        "guarantee": _one_of("dispatch", "delivery", required=True),
        "by": _named("buyer", required=False),
    },
    "review": {
        "claim": _named("claim"),
        "decision": _one_of("approve", "reject", required=True),
        "coupon": Field(TEXT, defines="coupon"),
    },
    "exempt": {**ORDER, "bearer": _one_of(NONE, "platform")},
    "refund": {**ORDER, "amount": Field(AMOUNT, required=True)},
    "dispute": {"id": _new("dispute"), **ORDER, "amount": Field(AMOUNT, required=True)},
    "answer": {**DISPUTE, "agree": Field(FLAG, required=True)},
    "escalate": DISPUTE,
    "rule": {**DISPUTE, "amount": Field(AMOUNT, required=True)},
    "credit": {**SELLER, "amount": Field(MONEY, required=True)},
    "withdraw": {**SELLER, "amount": Field(MONEY, required=True)},
}

# Words of the language whose rules the portal does not decide yet: refused by name.
VERBS_NOT_YET = ("terminate", "reapply", "violation")
EXPECT_NOT_YET = {"seller": ("points", "on_time_rate", "star_open")}

# `dispatch: {days: N, after: initial·full}` or `{day: DAY}` of an order.
TERMS_DAYS: Fields = {"days": Field(NUMBER, required=True), "after": _one_of("initial", "full")}
TERMS_DAY: Fields = {"day": Field(DAY, required=True)}

_GUARANTEE = _one_of("none", "pending", "active", "verifying", "kept", "late", "exempted", "ended")
_BEARER = _named("seller", also=("platform",))

EXPECT: dict[str, Fields] = {
    "order": {
        "state": _one_of(
            "draft",
            "awaiting_supplier",
            "awaiting_buyer",
            "awaiting_payment",
            "initial_payment_short",
            "initial_payment_to_confirm",
            "awaiting_dispatch",
            "partly_dispatched",
            "awaiting_receipt",
            "completed",
            "closed",
        ),
        "covered": Field(FLAG),
        "overdue": Field(FLAG),
        "overdue_since": Field(TIME),
        "dispatch_due": Field(DAY),
        "promise": Field(DAY),
        "dispatched_at": Field(TIME),
        "delivered_at": Field(TIME),
        "dispatch_guarantee": _GUARANTEE,
        "delivery_guarantee": _GUARANTEE,
        "entrance": _one_of("open", "closed"),
        "entrance_closes": Field(DAY),
        "total": Field(MONEY),
        "fee": Field(MONEY),
        "closed_because": _one_of("refunded", "unpaid", "unanswered", "declined", "cancelled", "terminated"),
    },
    "claim": {
        "state": _one_of("in_review", "approved", "rejected"),
        "bearer": _BEARER,
        "amount": Field(MONEY),
        "recommendation": _one_of("approve", "reject"),
    },
    "coupon": {
        "state": _one_of("active", "reserved", "redeemed", "void"),
        "face": Field(MONEY),
        "used": Field(MONEY),
        "last_day": Field(DAY),
        "bearer": _BEARER,
    },
    "recovery": {
        "state": _one_of("none", "open", "taken", "reversed"),
        "seller": _named("seller"),
        "amount": Field(MONEY),
        "taken": Field(MONEY),
        "open": Field(MONEY),
    },
    "settlement": {
        "buyer": Field(MONEY),
        "platform": Field(MONEY),
        "fee": Field(MONEY),
        "refunded": Field(MONEY),
    },
    "seller": {
        "qualification": _one_of("not_open", "active", "suspended", "temporary", "terminated"),
        "lit": Field(FLAG),
        "upgraded": Field(FLAG),
        "locked_until": Field(DAY),
        "balance": Field(MONEY),
        "debt": Field(MONEY),
    },
    "dispute": {"state": _one_of("negotiating", "escalated", "agreed", "ruled")},
}

# Kinds that are asked about under the name of another: `recovery c1` is coupon c1's.
NAMED_AS = {"recovery": "coupon", "settlement": "order"}
