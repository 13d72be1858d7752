from django.urls import path

from assurance.accounts.views import settings

app_name = "account"
urlpatterns = [
    path("settings/", settings.details, name="settings"),
    path("addresses/new/", settings.address, name="address_new"),
    path("addresses/<int:pk>/", settings.address, name="address"),
    path("addresses/<int:pk>/delete/", settings.delete_address, name="address_delete"),
    path("tokens/new/", settings.create_token, name="token_new"),
    path("tokens/<int:pk>/revoke/", settings.revoke_token, name="token_revoke"),
]
