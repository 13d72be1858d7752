"""Signing up and in (django-allauth), and what is asked of a password."""

ACCOUNT_ADAPTER = "assurance.accounts.views.adapter.AccountAdapter"
ACCOUNT_FORMS = {"signup": "assurance.accounts.views.signup.SignupForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Production makes it mandatory; where no mail leaves the machine nobody could confirm.
ACCOUNT_EMAIL_VERIFICATION = "optional"

# Per address of the internet, and per account that somebody tries to enter.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,5/m/key",
}

MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Trade Assurance"
MFA_TOTP_TOLERANCE = 1
# Ops enter the admin only with a second factor; the demo lifts that for its made-up people.
OPS_NEED_SECOND_FACTOR = True

LOGIN_URL = "account_login"
LOGOUT_REDIRECT_URL = "/"

_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
]
