"""Which language a page speaks before its reader has said anything."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

# The shop opens in English, the seller's office in Chinese.
SELLERS = "/ma/"


class SurfaceLanguageMiddleware(LocaleMiddleware):
    """A choice made with the switch (its cookie) holds everywhere; without one the surface decides."""

    def process_request(self, request: HttpRequest) -> None:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if chosen in dict(settings.LANGUAGES) or request.path_info.startswith(settings.LANGUAGE_BY_CLIENT):
            super().process_request(request)
            return
        language = "zh-hans" if request.path_info.startswith(SELLERS) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
