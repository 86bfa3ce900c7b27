"""The product's settings as tests use them: a branch and a data folder of their own."""

import os

os.environ.setdefault("KOUMEN_DATA", ".data/test")
os.environ["KOUMEN_MODE"] = "test"
os.environ["KOUMEN_BRANCH"] = "test"
os.environ.pop("DATABASE_URL", None)

from koumen.config.settings import *  # noqa: F403

# Argon2 or PBKDF2 at full strength would cost a minute of every run and prove nothing here.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
