"""The admin: who may enter, and what its theme needs of the browser."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from unfold.sites import UnfoldAdminSite

from assurance.ops.detail import DetailAdmin

View = Callable[..., HttpResponseBase]


class OpsSite(UnfoldAdminSite):
    """Nobody signs in here: the portal's own sign-in is used, with its throttling and second factor.

    To whom is not ops the admin does not exist (404).
    """

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only pages that never edit: what libraries would register here changes rows without a reason."""
        if admin_class is not None and issubclass(admin_class, DetailAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        # Alpine evaluates the expressions in the theme's markup, and the theme writes its colours inline.
        inner = csp_update({"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]})(
            super().admin_view(view, cacheable)
        )

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise Http404
            if settings.OPS_NEED_SECOND_FACTOR and not is_mfa_enabled(request.user):
                messages.warning(
                    request,
                    gettext("Operations need two-factor sign-in. Set it up, then open the admin again."),
                )
                return redirect("mfa_activate_totp")
            return inner(request, *args, **kwargs)

        return guarded

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """The one address that Django leaves unguarded."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise Http404
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        if request.method == "POST":
            auth.logout(request)
            return redirect(settings.LOGOUT_REDIRECT_URL)
        return redirect("account_logout")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        return redirect("account_change_password")
