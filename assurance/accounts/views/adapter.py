"""How django-allauth signs people in here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from sellers.models import Staff


class AccountAdapter(DefaultAccountAdapter):
    """Sends people to where they work after signing in: ops to the admin, sellers to MA, buyers to the shop."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        if user.is_staff:
            return reverse("admin:index")
        if user.is_authenticated and Staff.objects.filter(user=user).exists():
            return reverse("ma:home")
        return "/"

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)
