"""Files that people send: what is taken, what is refused and in which words, what a kept picture no longer says."""

import io
import random
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from assurance.kernel import uploads
from assurance.ui.uploads import UploadsField
from tests.factories import picture

PDF = b"%PDF-1.7\n%%EOF"
_KINDS = {"crate.jpg": "JPEG", "crate.png": "PNG", "crate.webp": "WEBP"}


def png_of(side: int) -> bytes:
    """A small file that says how many pixels it is wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("crate.jpg", picture(), "image/jpeg"),
        ("CRATE.JPEG", picture(), "image/jpeg"),
        ("crate.png", picture("PNG"), "image/png"),
        ("crate.webp", picture("WEBP"), "image/webp"),
        ("waybill.pdf", PDF, "application/pdf"),
    ],
)
def test_what_is_taken(name, content, kind):
    assert uploads.check(name, content).content_type == kind


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("crate.png", picture(), "lies"),
        ("crate.jpg", PDF, "lies"),
        ("invoice.pdf.exe", PDF, "lies"),
        ("page.html", b"<script>alert(1)</script>", "type"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "type"),
        ("crate.gif", b"GIF89a", "type"),
        ("empty.pdf", b"", "type"),
        ("crate.jpg", picture()[:-200], "damaged"),
        ("crate.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "damaged"),
        ("crate.webp", b"RIFF\0\0\0\0WEBPxxxx", "damaged"),
        ("bomb.png", png_of(60_000), "pixels"),
        ("wall.png", png_of(5_001), "pixels"),
        ("large.pdf", PDF + b"\0" * uploads.MOST_BYTES, "size"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_refused(name, content, code):
    with pytest.raises(ValidationError) as refused:
        uploads.check(name, content)
    assert refused.value.code == code
    assert name in refused.value.messages[0]


def test_only_pictures_where_pictures_are_asked():
    with pytest.raises(ValidationError, match="JPEG, PNG or WebP"):
        uploads.check("waybill.pdf", PDF, pictures_only=True)


def test_a_picture_is_kept_without_what_a_camera_writes_beside_it():
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera Works"
    exif[0x0112] = 6  # turned by 90 degrees
    kept = uploads.check("crate.jpg", picture(exif=exif))
    with Image.open(io.BytesIO(kept.content)) as shown:
        assert not shown.getexif()
        assert shown.size == (30, 40), "turned the way it is looked at"
    assert b"Secret Camera Works" not in kept.content


@pytest.mark.parametrize("name", _KINDS)
def test_a_picture_is_kept_without_comments_and_profiles(name):
    secret = b"Secret Camera Works"
    kept = uploads.check(name, picture(_KINDS[name], comment=secret, icc_profile=secret * 9))
    with Image.open(io.BytesIO(kept.content)) as shown:
        assert not {"comment", "icc_profile"} & set(shown.info)
    assert b"Secret" not in kept.content


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", _KINDS)
def test_whatever_is_wrong_within_a_picture_it_is_refused_in_words(name):
    """What a camera writes beside the picture is read by the library as well, and trusted by nobody."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8825] = 6, "Camera", {1: "N", 2: (1.0, 2.0, 3.0)}
    kind = uploads.content_type((whole := picture(_KINDS[name], exif=exif))[:16])
    chance = random.Random(13)
    for _ in range(700):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(12, min(len(damaged), 240))] = chance.randrange(256)
        try:
            assert uploads.check(name, bytes(damaged)).content_type == kind
        except ValidationError as refused:
            assert name in refused.messages[0]


def test_a_picture_is_kept_no_larger_than_a_page_shows_it():
    kept = uploads.check("crate.png", picture("PNG", (3000, 1500)))
    with Image.open(io.BytesIO(kept.content)) as shown:
        assert shown.size == (2400, 1200)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/waybill.pdf", "waybill.pdf"),
        ("C:\\Users\\ming\\waybill.pdf", "waybill.pdf"),
        ("way\x00\nbill.pdf", "waybill.pdf"),
        ("装箱单.pdf", "装箱单.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_shown_without_what_is_not_its_own(name, shown):
    assert uploads.check(name, PDF).name == shown


def test_the_field_says_all_that_is_wrong_at_once():
    field = UploadsField(most=3)
    with pytest.raises(ValidationError) as refused:
        field.clean([SimpleUploadedFile("a.gif", b"GIF89a"), SimpleUploadedFile("b.exe", b"MZ")])
    assert len(refused.value.messages) == 2
    with pytest.raises(ValidationError, match="At most 3 files"):
        field.clean([SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(4)])
    assert [u.name for u in field.clean([SimpleUploadedFile("a.pdf", PDF)])] == ["a.pdf"]


def test_a_field_that_must_be_filled_says_so():
    with pytest.raises(ValidationError, match="required"):
        UploadsField().clean([])
    assert UploadsField(required=False).clean([]) == []
