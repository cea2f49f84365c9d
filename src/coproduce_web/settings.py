"""The platform's settings. What differs between places comes from the environment, secrets only from there.

=============================  ==================================================================================
variable                       says
=============================  ==================================================================================
`COPRODUCE_SECRET_KEY`         signs sessions and links (needed but for a trial on this machine)
`DATABASE_URL`                 `postgres://user:password@host:5432/name`; else SQLite in `COPRODUCE_FOLDER`
`COPRODUCE_FOLDER`             where the SQLite file is kept; else the current folder
`COPRODUCE_HOSTS`              the names that the platform answers to, separated by commas
`COPRODUCE_PROXY`              `1` where a proxy in front ends TLS and sets `X-Forwarded-Proto` itself
`COPRODUCE_TRIAL`              `1`: a trial on this machine, over plain HTTP
`EMAIL_URL`                    `smtp://user:password@host:587`; else letters are printed on the terminal
`COPRODUCE_FROM`               the address that letters come from
`TZ_NAME`                      the time zone, such as `Europe/Berlin`; else UTC
`OIDC_SERVER`, `OIDC_CLIENT`,  sign-in by an organisation's own accounts (OpenID Connect)
`OIDC_SECRET`, `OIDC_NAME`
=============================  ==================================================================================
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from coproduce import __version__
from coproduce_web.addresses import database, mail

HERE = Path(__file__).resolve().parent
FOLDER = Path(os.environ.get("COPRODUCE_FOLDER", "."))
TRIAL = os.environ.get("COPRODUCE_TRIAL") == "1"

DEBUG = False
SECRET_KEY = os.environ.get("COPRODUCE_SECRET_KEY") or secrets.token_urlsafe(64)
ALLOWED_HOSTS = [host for host in os.environ.get("COPRODUCE_HOSTS", "127.0.0.1,localhost").split(",") if host]

INSTALLED_APPS = [
    "coproduce_web.apps.Platform",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "coproduce_web.middleware.headers",
    "coproduce_web.middleware.within_size",
    "coproduce_web.middleware.out_of_order",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "coproduce_web.middleware.deny_by_default",
]

ROOT_URLCONF = "coproduce_web.urls"
WSGI_APPLICATION = "coproduce_web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "coproduce_web.pages.context.every_page",
            ],
            "builtins": ["coproduce_web.templatetags.words", "django.templatetags.i18n"],
        },
    }
]
FORM_RENDERER = "coproduce_web.forms.renderer.GovukRenderer"

DATABASES = {"default": database(os.environ.get("DATABASE_URL"), folder=FOLDER)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "platform.Person"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # an address is unique whatever its capitals, by a constraint
LOGIN_URL = "sign_in"
AUTHENTICATION_BACKENDS = ["coproduce_web.signing_in.Passwords"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

OIDC_SERVER = os.environ.get("OIDC_SERVER", "")
OIDC_NAME = os.environ.get("OIDC_NAME", "OpenID Connect") if OIDC_SERVER else ""
if OIDC_SERVER:
    INSTALLED_APPS += [
        "allauth",
        "allauth.account",
        "allauth.socialaccount",
        "allauth.socialaccount.providers.openid_connect",
    ]
    MIDDLEWARE += ["allauth.account.middleware.AccountMiddleware"]
    ACCOUNT_USER_MODEL_USERNAME_FIELD = None
    ACCOUNT_LOGIN_METHODS = {"email"}
    ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
    ACCOUNT_EMAIL_VERIFICATION = "none"  # the organisation vouches, or nobody signs in
    SOCIALACCOUNT_ADAPTER = "coproduce_web.oidc.Adapter"
    SOCIALACCOUNT_LOGIN_ON_GET = True
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "organisation",
                    "name": OIDC_NAME,
                    "client_id": os.environ.get("OIDC_CLIENT", ""),
                    "secret": os.environ.get("OIDC_SECRET", ""),
                    "settings": {"server_url": OIDC_SERVER},
                }
            ],
        }
    }

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not TRIAL
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 0 if TRIAL else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not TRIAL
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("COPRODUCE_PROXY") == "1" else None
)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "coproduce_web.pages.refusals.stale_form"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [HERE / "locale"]
FORMAT_MODULE_PATH = ["coproduce_web.formats"]
USE_I18N = USE_TZ = True
TIME_ZONE = os.environ.get("TZ_NAME", "UTC")

STATIC_URL = f"/static/{__version__}/"
WHITENOISE_USE_FINDERS = True  # served as packaged: no step that gathers files, no folder to keep
WHITENOISE_MAX_AGE = 30 * 24 * 3600

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("COPRODUCE_FROM", "coproduce@localhost")
globals().update(mail(os.environ.get("EMAIL_URL")))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"terminal": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["terminal"], "level": "WARNING"}},
}
