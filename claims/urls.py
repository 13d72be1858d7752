from django.urls import path

from claims.views import buyer

app_name = "claims"
urlpatterns = [path("orders/<slug:number>/claim/", buyer.claim, name="new")]
