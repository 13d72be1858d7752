"""Files in the API: Base64 within the JSON, checked like those of the pages' forms."""

from base64 import b64decode
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers

from assurance.api.fields import Request, Text
from assurance.kernel import uploads
from assurance.kernel.uploads import MOST_FILES, Upload

MOST_BASE64 = 2_000_000


class FileGiven(Request):
    """A picture or a PDF."""

    pictures_only: ClassVar[bool] = False

    name = Text(max_length=120, help_text="With its ending: .jpg, .png, .webp or .pdf.")
    content = Text(max_length=MOST_BASE64, help_text="The file in Base64, at most 1.5 MB of it.")

    def validate(self, given: dict[str, Any]) -> Upload:
        """The file as it is kept; refused as on the pages, and where it is no Base64."""
        try:
            content = b64decode(given["content"], validate=True)
        except ValueError as error:
            raise serializers.ValidationError({"content": [_("This is not Base64.")]}) from error
        try:
            return uploads.check(given["name"], content, pictures_only=self.pictures_only)
        except ValidationError as error:
            raise serializers.ValidationError({"content": error.messages}) from error


class PictureGiven(FileGiven):
    """A picture."""

    pictures_only = True

    name = Text(max_length=120, help_text="With its ending: .jpg, .png or .webp.")


class Files(serializers.ListField):
    """Several files at once; their value is a list of `Upload`."""

    def __init__(self, *, child: FileGiven | None = None, **options: Any) -> None:
        options.setdefault("max_length", MOST_FILES)
        options.setdefault("help_text", "The whole request takes 2.5 MB.")
        super().__init__(child=child or FileGiven(), default=list, **options)
