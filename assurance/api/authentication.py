"""Who calls: a program with a bearer token, or a person signed in to the pages. Either has their own scope."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from assurance.accounts.models import ApiToken, User
from assurance.accounts.services import tokens
from assurance.kernel import clock


class BearerAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer …` with a token made on the account page."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, plain = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = tokens.found(plain.strip(), at=clock.now()) if plain.isascii() else None
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is not valid, or no longer."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made on the account page; it may do what its user may do.",
        }
