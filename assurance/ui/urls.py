from django.urls import path

from assurance.ui import views

app_name = "ui"
urlpatterns = [
    path("language/", views.language, name="language"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("styleguide/ma/", views.styleguide_ma, name="styleguide-ma"),
]
