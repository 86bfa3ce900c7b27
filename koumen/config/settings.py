"""Django's settings, from the environment with sane defaults; production refuses insecure ones by name."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from koumen.config import environment, logs
from koumen.embedded import supervisor

PACKAGE = Path(__file__).resolve().parent.parent
KOUMEN_MODE = environment.mode()
KOUMEN_DATA = environment.data_folder()
KOUMEN_BRANCH = environment.read("KOUMEN_BRANCH", "demo")
KOUMEN_PORT = int(environment.read("KOUMEN_PORT", "8765"))
KOUMEN_PUBLIC_URL = environment.read("KOUMEN_PUBLIC_URL", f"http://localhost:{KOUMEN_PORT}").rstrip("/")
IS_PRODUCTION = KOUMEN_MODE == "production"
IS_DEMO = KOUMEN_MODE == "demo"

# Keys: personal data, blind indexes, door secrets, stored documents, the wallet's callbacks, Django itself.
KOUMEN_MASTER_KEY = environment.key("KOUMEN_MASTER_KEY", KOUMEN_DATA)
KOUMEN_INDEX_KEY = environment.key("KOUMEN_INDEX_KEY", KOUMEN_DATA)
KOUMEN_DOOR_KEY = environment.key("KOUMEN_DOOR_KEY", KOUMEN_DATA)
KOUMEN_WALLET_KEY = environment.key("KOUMEN_WALLET_KEY", KOUMEN_DATA)
SECRET_KEY = environment.key("KOUMEN_SECRET_KEY", KOUMEN_DATA).hex()
KOUMEN_SIGNING_DIR = Path(environment.read("KOUMEN_SIGNING_DIR", str(KOUMEN_DATA / "keys")))
KOUMEN_WALLET_URL = environment.read("KOUMEN_WALLET_URL", f"http://127.0.0.1:{KOUMEN_PORT + 1}").rstrip("/")
# The bank that pays out for us; in production without one, instructions wait and the console shows them.
KOUMEN_BANK_URL = environment.read(
    "KOUMEN_BANK_URL", "" if IS_PRODUCTION else f"{KOUMEN_WALLET_URL}/bank"
).rstrip("/")
KOUMEN_BANK_KEY = environment.key("KOUMEN_BANK_KEY", KOUMEN_DATA) if KOUMEN_BANK_URL else b""
# Text messages: a provider outside in production; a demonstration shows them on a page and sends nothing.
KOUMEN_SMS_URL = environment.read("KOUMEN_SMS_URL")
KOUMEN_SMS_KEY = environment.key("KOUMEN_SMS_KEY", KOUMEN_DATA)
if IS_PRODUCTION and not KOUMEN_SMS_URL.startswith("https://"):
    raise ImproperlyConfigured(
        "KOUMEN_SMS_URL must be set, starting with https://: production sends text messages"
    )

DEBUG = False
ALLOWED_HOSTS = [h for h in environment.read("KOUMEN_HOSTS").split(",") if h] or (
    [] if IS_PRODUCTION else ["*"]  # a demonstration is opened under whatever name the machine has
)
if IS_PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("KOUMEN_HOSTS is not set: production names the hosts it answers for")
if IS_PRODUCTION and not KOUMEN_PUBLIC_URL.startswith("https://"):
    raise ImproperlyConfigured("KOUMEN_PUBLIC_URL must start with https:// in production")
CSRF_TRUSTED_ORIGINS = [KOUMEN_PUBLIC_URL]

INSTALLED_APPS = [
    "koumen.web.ui",  # before allauth: its sign-in pages are drawn by our templates of the same names
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "django_htmx",
    "leaflet",
    "koumen.branch",
    "koumen.audit",
    "koumen.documents",
    "koumen.people",
    "koumen.ledger",
    "koumen.conduct",
    "koumen.credit",
    "koumen.agents",
    "koumen.visits",
    "koumen.dispatch",
    "koumen.payments",
    "koumen.devices",
    "koumen.messages",
    "koumen.web.customer",
    "koumen.web.agent",
    "koumen.web.console",
    "koumen.web.public",
]

MIDDLEWARE = [
    "koumen.web.ui.middleware.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "koumen.web.ui.middleware.SiteMiddleware",
    "koumen.web.ui.middleware.SiteSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "koumen.web.ui.middleware.SiteCsrfMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "koumen.web.ui.sign_in_guard.SignInGuardMiddleware",
    "koumen.web.ui.middleware.PreferenceMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "koumen.web.ui.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "koumen.config.urls"  # SiteMiddleware gives each site its own
WSGI_APPLICATION = "koumen.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "koumen.web.ui.context.shared",
            ],
        },
    }
]

_url = environment.read("DATABASE_URL")


def _database() -> dict[str, object]:
    """The database of this branch: by DATABASE_URL, else the embedded one's socket."""
    common: dict[str, object] = {
        "ENGINE": "koumen.config.postgres",
        "CONN_MAX_AGE": None,  # one connection a thread, kept: measured against a pool, see docs
        "CONN_HEALTH_CHECKS": True,
        # the driver prepares nothing: at each rollback it would forget what audit/prepared.py has prepared
        "OPTIONS": {"options": f"-c search_path={KOUMEN_BRANCH},public", "prepare_threshold": None},
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }
    if _url:
        parts = urlsplit(_url)
        return common | {
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": parts.port or "",
        }
    return common | {
        "NAME": environment.read("KOUMEN_DATABASE", "koumen"),
        "HOST": str(supervisor.socket_folder(KOUMEN_DATA)),
        "USER": environment.read("KOUMEN_DATABASE_ROLE", f"koumen_app_{KOUMEN_BRANCH}"),
    }


DATABASES = {"default": _database()}
DATABASE_ROUTERS = ["koumen.config.routers.RegistryRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "koumen.web.ui.sessions"  # encrypted
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SECURE_SSL_REDIRECT = False  # the reverse proxy does it; a loop behind one locks everybody out
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_PRODUCTION else None

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [
    ("zh-hans", _("Simplified Chinese")),
    ("zh-hant", _("Traditional Chinese")),
    ("en", _("English")),
]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = None  # nothing is collected: the files are read from the packages once, when a process starts
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Sign-in (django-allauth): customers by a code to their phone, staff by password and a second factor.
ACCOUNT_ADAPTER = "koumen.web.ui.sign_in.KoumenAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"phone", "username"}
ACCOUNT_SIGNUP_FIELDS = ["phone*", "password1"]  # nobody signs up; without it nobody is asked for a password
ACCOUNT_FORMS = {
    "login": "koumen.web.ui.sign_in.StaffLoginForm",
    "request_login_code": "koumen.web.ui.sign_in.RequestCodeForm",
}
ACCOUNT_SESSION_REMEMBER = (
    False  # staff are signed out with the browser; customers stay, by SESSION_COOKIE_AGE
)
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900  # 15 minutes: an old customer may need to find their glasses
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip",  # a care home shares one address
    # Ten codes of three tries a day: one chance in 30,000 to guess, and nobody's telephone rings all night.
    "code_to_number": "3/m/key,10/d/key",
}
# What anybody may send without signing in. A neighbourhood, or an office full of phones, shares an address; a customer's
# telephone rings three times an hour. A phone tells its acts at most three times a minute, and by hand now and then.
KOUMEN_OPEN_LIMITS = {
    "genuine": "20/10m/ip",
    "genuine_number": "3/h/key",
    "badge": "30/10m/ip",
    "visitor": "10/h/key",  # whoever found a link may not try all badges
    "acts": "600/m/ip",
    "acts_of_phone": "30/m/key",
    "carried": "60/10m/ip",
    "receipt_file": "20/10m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(environment.read("KOUMEN_PROXIES", "1" if IS_PRODUCTION else "0"))
# Counts of tries, for all processes together; the table comes with the room people.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_attempts",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
ACCOUNT_LOGOUT_ON_GET = False
MFA_ADAPTER = "koumen.web.ui.second_factor.KoumenMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PRODUCTION  # localhost without TLS
LOGIN_REDIRECT_URL = "home"
LOGIN_URL = "account_login"

# Three requests a second for a whole minute is no person.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
# Files stay in memory, up to a telephone's photo (documents/rules/picture.py): what people send is never written to the
# disk in clear. A larger one is not there, and the form says so.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 8_400_000

PROCRASTINATE_ON_APP_READY = None
LOGGING_CONFIG = None
logs.set_up(environment.read("KOUMEN_LOG", "info" if IS_PRODUCTION else "warning"), as_json=IS_PRODUCTION)

LEAFLET_CONFIG = {"RESET_VIEW": False}
# Pictures for the maps, such as https://tiles.example/{z}/{x}/{y}.png; without them roads or plain ground are drawn.
KOUMEN_TILES_URL = environment.read("KOUMEN_TILES_URL")
KOUMEN_TILES_THANKS = environment.read("KOUMEN_TILES_THANKS")
_tiles = urlsplit(KOUMEN_TILES_URL)
if KOUMEN_TILES_URL and _tiles.scheme not in {"http", "https"}:
    raise ImproperlyConfigured("KOUMEN_TILES_URL must start with https:// or http://")
KOUMEN_TILE_ORIGIN = f"{_tiles.scheme}://{_tiles.netloc}".replace("{s}", "*") if KOUMEN_TILES_URL else ""
