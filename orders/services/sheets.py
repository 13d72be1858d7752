"""Files of rows: CSV and XLSX, written row by row so that their size costs no memory."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

import xlsxwriter

from assurance.kernel.wording import number_text

# What a spreadsheet takes for the beginning of a formula, of full width too, or skips on the way to one.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
_ROWS_PER_SHEET = 1_000_000
_DIGITS_KEPT = 15
Cell = str | Decimal | None


def safe(text: str) -> str:
    """A text that no spreadsheet calculates: a name like `=HYPERLINK(…)` is told from a formula by a quote."""
    return f"'{text}" if text.startswith(FORMULA) else text


def unrounded(text: str) -> str:
    """A number of more digits than the 15 that a spreadsheet keeps, in groups as pages show it: so it stays a text."""
    return number_text(text) if text.isdecimal() and len(text) > _DIGITS_KEPT else text


class Sheet(Protocol):
    def row(self, cells: Sequence[Cell]) -> None: ...

    def close(self) -> None: ...


class CsvSheet:
    """With a byte order mark, without which Excel takes Chinese for Latin letters; its cells have no type."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "w", encoding="utf-8-sig", newline="")  # noqa: SIM115  closed by close()
        self._writer = csv.writer(self._file)

    def row(self, cells: Sequence[Cell]) -> None:
        self._writer.writerow([unrounded(safe(cell)) if isinstance(cell, str) else cell for cell in cells])

    def close(self) -> None:
        self._file.close()


class XlsxSheet:
    """A heading that stays in view on each sheet; Excel holds little more than a million rows on one."""

    def __init__(self, path: str) -> None:
        self._book = xlsxwriter.Workbook(
            path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self._bold = self._book.add_format({"bold": True})
        self._amount = self._book.add_format({"num_format": "#,##0.00"})
        self._heading: Sequence[Cell] | None = None
        self._at = _ROWS_PER_SHEET

    def row(self, cells: Sequence[Cell]) -> None:
        """The first row is the heading."""
        if self._heading is None:
            self._heading = cells
            self._begin()
            return
        if self._at == _ROWS_PER_SHEET:
            self._begin()
        self._at += 1
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                self._sheet.write_string(self._at, column, safe(cell))
            elif cell is not None:
                self._sheet.write_number(self._at, column, float(cell), self._amount)

    def _begin(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        for column, cell in enumerate(self._heading or ()):
            self._sheet.write_string(0, column, str(cell), self._bold)
        self._at = 0

    def close(self) -> None:
        self._book.close()


def sheet(format_: str, path: str) -> Sheet:
    """A new file of this format at a path."""
    return XlsxSheet(path) if format_ == "xlsx" else CsvSheet(path)
