"""Files that people send: pictures and PDFs only, known by their content and not by what they say they are.

A picture is drawn anew before it is kept. That leaves out where and with what it was taken, and whatever else
a file can carry beside the picture.
"""

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO, Protocol

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

MOST_BYTES = 10 * 2**20
MOST_FILES = 6
LONGEST_SIDE = 2400

PDF = "application/pdf"
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
# A JPEG is read at a part of its size; of the others every pixel is in memory at once.
MOST_PIXELS = {"image/jpeg": 50_000_000, "image/png": 25_000_000, "image/webp": 25_000_000}
# What a name may end in, by what the content is.
_ENDINGS = {
    "image/jpeg": {".jpg", ".jpeg"},
    "image/png": {".png"},
    "image/webp": {".webp"},
    PDF: {".pdf"},
}
ACCEPT = ",".join(sorted(ending for endings in _ENDINGS.values() for ending in endings))


class Sent(Protocol):
    """What Django hands over for a file of a form."""

    name: str | None
    size: int | None
    file: BinaryIO


@dataclass(frozen=True)
class Upload:
    """A checked file, as it is to be kept."""

    name: str
    content_type: str
    content: bytes

    @property
    def is_picture(self) -> bool:
        return self.content_type in PICTURES


def content_type(head: bytes) -> str:
    """What a file is by its first bytes; "" for anything that is not taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return PDF if head.startswith(b"%PDF-") else ""


def check(name: str, content: bytes, *, pictures_only: bool = False) -> Upload:
    """The file as it is to be kept, or a ValidationError that names it and says what is wrong."""
    shown = _shown(name)
    if len(content) > MOST_BYTES:
        raise _refused(_("“%(name)s” is larger than %(most)s MB."), shown, "size", most=MOST_BYTES // 2**20)
    kind = content_type(content[:16])
    if not kind or (pictures_only and kind == PDF):
        allowed = _("JPEG, PNG or WebP") if pictures_only else _("JPEG, PNG, WebP or PDF")
        raise _refused(_("“%(name)s” is not taken; send %(allowed)s."), shown, "type", allowed=allowed)
    if PurePath(shown).suffix.lower() not in _ENDINGS[kind]:
        raise _refused(_("“%(name)s” is not what its name says."), shown, "lies")
    return Upload(shown, kind, content if kind == PDF else _redrawn(content, kind, shown))


def check_all(files: Iterable[Sent], *, pictures_only: bool = False, most: int = MOST_FILES) -> list[Upload]:
    """All files of a form, each checked; a ValidationError lists everything that is wrong with them."""
    sent = list(files)
    if len(sent) > most:
        raise ValidationError(_("At most %(most)s files at once."), "many", {"most": most})
    found, errors = [], []
    for file in sent:
        try:
            # One byte more than is taken shows that there is more, without reading all of it.
            content = file.file.read(MOST_BYTES + 1)
            found.append(check(file.name or "", content, pictures_only=pictures_only))
        except ValidationError as error:
            errors.append(error)
    if errors:
        raise ValidationError(errors)
    return found


def digest(files: Iterable[Upload]) -> str:
    """The same for the same contents, in whatever order and under whatever names; "" for no files."""
    each = sorted(hashlib.sha256(file.content).digest() for file in files)
    return hashlib.sha256(b"".join(each)).hexdigest() if each else ""


def _redrawn(content: bytes, kind: str, shown: str) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=[PICTURES[kind]]) as picture:
            if picture.width * picture.height > MOST_PIXELS[kind]:
                raise _refused(_("“%(name)s” has too many pixels."), shown, "pixels")
            return _drawn(picture, kind)
    except ValidationError:
        raise
    except Image.DecompressionBombError as error:
        raise _refused(_("“%(name)s” has too many pixels."), shown, "pixels") from error
    except Exception as error:  # whatever the library makes of bytes that are no picture
        raise _refused(_("“%(name)s” is damaged and cannot be shown."), shown, "damaged") from error


def _drawn(picture: Image.Image, kind: str) -> bytes:
    """The pixels alone. Made smaller first of all: every copy of a large picture takes hundreds of megabytes."""
    mode = "RGB" if kind == "image/jpeg" else "RGBA"
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    # What has a palette cannot be made smaller by mixing its colours.
    small = picture.convert(mode) if picture.mode in ("1", "P") else picture
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    flat = ImageOps.exif_transpose(small).convert(mode)
    flat.info.clear()  # comments and profiles would be written again
    fresh = io.BytesIO()
    flat.save(fresh, PICTURES[kind], quality=88)
    return fresh.getvalue()


def _shown(name: str) -> str:
    """A name to show: without folders and control characters, at most 120 characters with its ending."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in last if c.isprintable()).strip() or "file"
    path = PurePath(plain)
    return path.stem[: 120 - len(path.suffix)] + path.suffix if len(plain) > 120 else plain


def _refused(message: Any, shown: str, code: str, **values: object) -> ValidationError:
    return ValidationError(message, code, {"name": shown, **values})
