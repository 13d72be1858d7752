from django.urls import path

from assurance.demo import views

app_name = "demo"
urlpatterns = [
    path("time/", views.move, name="move"),
    path("changes/", views.changed, name="changes"),
    path("statement/", views.statement, name="statement"),
    path("sign-in/", views.sign_in, name="sign_in"),
]
