"""B7: a million orders to CSV and to XLSX, each by a process of its own, as a worker would write them.

What is judged is memory, not time: the peak of the process that writes, told by its own kernel counter, while
another looks at the row as the page does. BENCH_ORDERS makes it smaller. Some buyers have names that a
spreadsheet would calculate.
"""

import csv
import multiprocessing
import os
import time
import zipfile
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import connections

from bench import exporter, world
from bench.report import say
from orders.models import ListExport
from orders.queries.filters import Wanted
from orders.services import exports
from sellers.models import Seller, Staff

ORDERS = int(os.environ.get("BENCH_ORDERS", "1000000"))
MOST_MIB = 150
NOW = world.DUE - timedelta(hours=13)
FORMULA = "=HYPERLINK(1)"


def main() -> bool:
    _fill()
    return all([_export(format) for format in exports.FORMATS])


def _fill() -> None:
    world.empty()
    world.cast(sellers=1)
    world.orders(ORDERS, due=ORDERS // 10)
    world.execute(
        "UPDATE accounts_user SET company = %(name)s WHERE email LIKE 'buyer%%7@%%'", {"name": FORMULA}
    )
    world.settle()


def _export(format: str) -> bool:
    seller = Seller.objects.get()
    user = Staff.objects.get(seller=seller).user_id
    row = exports.ask(
        user_id=user, seller_id=seller.pk, format=format, wanted=Wanted(), at=NOW, language="en"
    )
    connections.close_all()
    # A fresh process, as a worker is: one that has filled the database has memory of its own.
    fresh = multiprocessing.get_context("spawn")
    peak = fresh.Value("q", 0)
    writer = fresh.Process(target=exporter.write, args=(NOW, peak))
    start, seen = time.perf_counter(), set()
    writer.start()
    while writer.is_alive():
        writer.join(0.2)
        row.refresh_from_db()
        if row.state == "running":
            seen.add(row.done)
    took = time.perf_counter() - start
    row.refresh_from_db()
    if row.state != "finished" or row.done != ORDERS:
        raise SystemExit(f"B7: the {format} file is {row.state} with {row.done:,} of {ORDERS:,} orders")
    mib = peak.value / 1024
    say(f"B7 {format}: {ORDERS:,} orders in {took:,.0f} s, {default_storage.size(row.file) / 2**20:,.0f} MiB")
    flat = _told(
        f"{format}: peak of the process that writes, MiB", mib <= MOST_MIB, f"{mib:,.0f}, goal ≤ {MOST_MIB}"
    )
    shown = _told(f"{format}: progress seen on the way", len(seen) >= 3, f"{len(seen)} different figures")
    safe = _told(f"{format}: names that are formulas", *_formulas(row, format))
    default_storage.delete(row.file)
    return flat and shown and safe


def _told(what: str, reached: bool, figure: str) -> bool:
    say(f"B7 {'ok  ' if reached else 'MISS'} {what}: {figure}")
    return reached


def _formulas(row: ListExport, format: str) -> tuple[bool, str]:
    """Whether every cell that could be calculated is a text, and how many there were."""
    with default_storage.open(row.file) as file:
        if format == "csv":
            lines = (line.decode("utf-8-sig") for line in file)
            cells = [cell for cells in csv.reader(lines) for cell in cells if FORMULA in cell]
            return bool(cells) and all(cell == f"'{FORMULA}" for cell in cells), f"{len(cells):,} escaped"
        escaped = calculated = 0
        needle = f"'{FORMULA}".encode()
        with zipfile.ZipFile(file) as book:
            for name in book.namelist():
                if name.startswith("xl/worksheets/sheet"):
                    with book.open(name) as sheet:
                        rest = b""
                        while part := sheet.read(2**20):
                            escaped += (rest + part).count(needle)
                            calculated += (rest[-2:] + part).count(b"<f>")
                            rest = part[-len(needle) + 1 :]
        return escaped > 0 and not calculated, f"{escaped:,} escaped, {calculated} calculated"
