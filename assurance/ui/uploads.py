"""The field for files in a form: several at once, each checked before anything is written."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from assurance.kernel import uploads
from assurance.kernel.uploads import Upload


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class UploadsField(forms.FileField):
    """Pictures and PDFs, or pictures only; its value is a list of `Upload`."""

    widget = FilesInput

    def __init__(
        self, *, pictures_only: bool = False, most: int = uploads.MOST_FILES, **options: Any
    ) -> None:
        self.pictures_only, self.most = pictures_only, most
        options.setdefault("help_text", self._help())
        super().__init__(**options)
        self.widget.attrs["accept"] = "image/jpeg,image/png,image/webp" if pictures_only else uploads.ACCEPT

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        sent = [file for file in data or [] if isinstance(file, UploadedFile)]
        if not sent:
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return []
        return uploads.check_all(sent, pictures_only=self.pictures_only, most=self.most)  # type: ignore[arg-type]

    def _help(self) -> Any:
        return (
            _("Pictures (JPEG, PNG, WebP), at most 10 MB each.")
            if self.pictures_only
            else _("Pictures or PDF, at most 10 MB each.")
        )
