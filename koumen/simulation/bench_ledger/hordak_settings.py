"""Django's settings for django-hordak alone, in a database of its own on the same server."""

import os

SECRET_KEY = "nothing is signed here"  # noqa: S105  (a measurement signs nothing)
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "mptt", "djmoney", "hordak"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["KOUMEN_BENCH_DATABASE"],
        "HOST": os.environ["KOUMEN_BENCH_HOST"],
        "USER": os.environ["KOUMEN_BENCH_USER"],
        "CONN_MAX_AGE": None,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
DEFAULT_CURRENCY = HORDAK_INTERNAL_CURRENCY = "CNY"
HORDAK_CURRENCIES = ["CNY"]
