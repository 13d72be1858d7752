"""Lines, products and freight templates of the demo, from the tables in `data/`."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

from assurance.kernel import clock
from logistics.models import Line, LineCountry
from logistics.services import templates
from logistics.services.templates import LinePrice
from sellers.models import PriceTier, Product, Seller

DATA = Path(__file__).resolve().parent.parent / "data"

# From which multiple of the least quantity on a piece costs how much of the first price, in percent.
_TIERS = ((1, 100), (4, 94), (12, 88))
# What the platform charges on a line to a country, in percent of the line's own rate.
_RATES = {"BR": 145, "CO": 140, "MX": 115, "NO": 120, "SE": 110, "AE": 110, "JP": 75, "KR": 75, "AU": 105}
# "7-11+2!": seven to eleven days under way, two of handling, guaranteed.
_TRANSIT = re.compile(r"(?P<least>\d+)-(?P<most>\d+)\+(?P<handling>\d+)(?P<guaranteed>!?)")

_WORLD = (
    "express-premium",
    "express-standard",
    "air-america",
    "air-europe",
    "air-asia",
    "rail-europe",
    "truck-europe",
    "sea-fast",
    "sea-lcl",
)
_COURIERS = {"dhl": (1600, 420), "ups": (1550, 410), "fedex": (1520, 400)}


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one table in `data/`."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


def make_lines() -> dict[str, Line]:
    """The line table (LOG-1), by code."""
    lines, reaches = {}, []
    for row in rows("lines.csv"):
        line = Line.objects.create(
            code=row["code"],
            name=row["name"],
            name_zh=row["name_zh"],
            carrier=row["carrier"],
            mode=row["mode"],
            is_platform=row["platform"] == "1",
        )
        lines[line.code] = line
        reaches += [_reach(line, country, row) for country in row if len(country) == 2 and row[country]]
    LineCountry.objects.bulk_create(reaches)
    return lines


def _reach(line: Line, country: str, row: dict[str, str]) -> LineCountry:
    found = _TRANSIT.fullmatch(row[country])
    if found is None:
        raise ValueError(f"lines.csv, {line.code}, {country}: {row[country]!r} is not like 7-11+2!")
    rate = _RATES.get(country, 100)
    return LineCountry(
        line=line,
        country=country,
        transit_min=int(found["least"]),
        transit_max=int(found["most"]),
        handling_days=int(found["handling"]),
        guaranteed=bool(found["guaranteed"]),
        first_minor=int(row["first"]) * rate // 100,
        additional_minor=int(row["additional"]) * rate // 100,
    )


@dataclass(frozen=True)
class Good:
    """A product and the least quantity that it is sold in."""

    product: Product
    least: int


Catalogue = dict[str, list[Good]]


def make_products(sellers: dict[str, Seller], *, at: datetime) -> Catalogue:
    """Every seller's products with their price tiers, by the seller's key."""
    catalogue: Catalogue = {key: [] for key in sellers}
    products, tiers = [], []
    for row in _mixed(rows("products.csv")):
        product = Product(
            seller=sellers[row["seller"]],
            name=row["name"],
            name_zh=row["name_zh"],
            description=row["details"],
            description_zh=row["details_zh"],
            category=row["category"],
            picture={"shape": row["shape"], "tint": row["tint"]},
            unit=next((unit for unit in ("set", "pair") if unit in re.split(r"\W+", row["name"])), "piece"),
            weight_g=int(row["weight_g"]),
            hs_code=row["hs"],
            rts=row["kind"] != "made",
            small_quick=row["kind"] == "small",
            dispatch_days=int(row["days"]),
            created_at=at,
        )
        products.append(product)
        catalogue[row["seller"]].append(Good(product, int(row["least"])))
        tiers += [
            PriceTier(
                product=product,
                min_quantity=int(row["least"]) * times,
                price_minor=int(row["cents"]) * percent // 100,
            )
            for times, percent in _TIERS
        ]
    Product.objects.bulk_create(products)
    PriceTier.objects.bulk_create(tiers)
    return catalogue


def _mixed(table: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """The sellers in turn, so that a list of the newest shows everybody's; the first of each comes last."""
    by_seller: dict[str, list[dict[str, str]]] = {}
    for row in table:
        by_seller.setdefault(row["seller"], []).append(row)
    turns = zip_longest(*by_seller.values())
    return [row for turn in turns for row in turn if row is not None][::-1]


def make_templates(
    seller: Seller, products: Iterable[Product], lines: dict[str, Line], *, plan: str, at: datetime
) -> None:
    """A seller's freight templates: all four ways of pricing occur in the world (LOG-2).

    `plan`: "platform" (the platform's lines at a discount, small goods post free), "couriers" (also DHL, UPS
    and FedEx by weight), or "plain" (lines without a guarantee only).
    """
    by_size: dict[bool, list[int]] = {True: [], False: []}
    for product in products:
        by_size[product.small_quick].append(product.pk)
    small, other = by_size[True], by_size[False]
    if plan == "plain":
        slow = [_flat(lines["post-economy"], 2400), _flat(lines["sea-lcl"], 9800)]
        _save(seller, "All goods", slow, small + other, at)
        return
    by_platform = [
        LinePrice(lines[code].pk, "platform", discount_percent=20 if lines[code].mode == "sea" else 12)
        for code in _WORLD
    ]
    if plan == "couriers":
        by_platform += [
            LinePrice(lines[code].pk, "weight", first_minor=first, additional_minor=additional)
            for code, (first, additional) in _COURIERS.items()
        ]
    _save(seller, "Worldwide", by_platform, other, at)
    post = [
        LinePrice(lines["post-tracked"].pk, "free"),
        _flat(lines["express-economy"], 1800),
        LinePrice(lines["express-standard"].pk, "platform", discount_percent=25),
    ]
    _save(seller, "Small goods", post, small, at)


def _flat(line: Line, minor: int) -> LinePrice:
    return LinePrice(line.pk, "flat", flat_minor=minor)


def _save(seller: Seller, name: str, prices: list[LinePrice], products: list[int], at: datetime) -> None:
    if products:
        with clock.frozen(at):
            templates.save(seller_id=seller.pk, name=name, lines=prices, product_ids=products, at=at)
