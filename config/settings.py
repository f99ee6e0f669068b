"""All settings, from the environment, typed; a wrong or missing value is one clear line.

`.env.example` says what each variable means. Composition only: nothing imports this module
(`django.conf.settings` is the way in).
"""

import os
import secrets
import sys
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import dj_database_url
import structlog
from corsheaders.defaults import default_headers
from csp.constants import NONCE, NONE, SELF
from environs import Env, EnvError

from config.static_files import add_static_headers

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

env = Env(eager=False)
# ENV_FILE names another one; tests name an empty one.
env.read_env(Path(os.environ.get("ENV_FILE") or BASE_DIR / ".env"), recurse=False)


def _stop(problem: str) -> None:
    """End the start-up with one clear line; a traceback would hide it."""
    print(f"Parlor cannot start: {problem}", file=sys.stderr)
    raise SystemExit(1)


def _kept_secret(path: Path) -> str:
    """A secret made once in the data directory, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _derived_secret(label: str) -> str:
    """A secret of its own for one use, where only SECRET_KEY is given."""
    return sha256(f"{label}:{SECRET_KEY}".encode()).hexdigest()


# --- what the environment says -------------------------------------------------------------------
# Ours, for a try at home. Django's own stays off: its technical pages would show settings and paths
# to whoever mistypes an address.
DEVELOPMENT: bool = env.bool("DEBUG", False)
DEBUG = False
HOST: str = env.str("HOST", "127.0.0.1")
PORT: int = env.int("PORT", 8000)
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "data"))).resolve()
SECRET_KEY: str = env.str("SECRET_KEY", "")
JWT_ACCESS_SECRET: str = env.str("JWT_ACCESS_SECRET", "")
JWT_REFRESH_SECRET: str = env.str("JWT_REFRESH_SECRET", "")
JWT_ACCESS_LIFETIME_S: int = env.int("JWT_ACCESS_LIFETIME_S", 15 * 60)
JWT_REFRESH_LIFETIME_S: int = env.int("JWT_REFRESH_LIFETIME_S", 7 * 24 * 3600)
DATABASE_URL: str = env.str("DATABASE_URL", "")
DATABASE_POOL_MAX: int = env.int("DATABASE_POOL_MAX", 16)
REDIS_URL: str = env.str("REDIS_URL", "")
BUS_CLASS: str = env.str("BUS_CLASS", "realtime.bus.Bus")  # tests name one that loses things
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CORS_ORIGINS: list[str] = env.list("CORS_ORIGINS", [])
PROXY_COUNT: int = env.int("PROXY_COUNT", 0)
LOG_LEVEL: str = env.str("LOG_LEVEL", "INFO").upper()
LOG_JSON: bool = env.bool("LOG_JSON", not DEVELOPMENT)
RATE_LIMITS: str = env.str("RATE_LIMITS", "")
SOCKET_FRAMES_PER_S: int = env.int("SOCKET_FRAMES_PER_S", 50)
SOCKET_FRAMES_BURST: int = env.int("SOCKET_FRAMES_BURST", 200)
MESSAGE_MAX_LENGTH: int = env.int("MESSAGE_MAX_LENGTH", 4000)
EMAIL_URL = env.dj_email_url("EMAIL_URL", "consolemail://")
HTTPS: bool = env.bool("HTTPS", False)
MEDIA_WORKERS: int = env.int("MEDIA_WORKERS", 1)
MEDIA_HOST: str = env.str("MEDIA_HOST", "") or HOST
MEDIA_UDP_PORT: int = env.int("MEDIA_UDP_PORT", 0)
MEDIA_ANNOUNCED_IP: list[str] = env.list("MEDIA_ANNOUNCED_IP", [])
MEDIA_MAX_VIDEO_KBPS: int = env.int("MEDIA_MAX_VIDEO_KBPS", 8000)
MEDIA_CONTROL_HOST: str = env.str("MEDIA_CONTROL_HOST", "127.0.0.1")
MEDIA_CONTROL_PORT: int = env.int("MEDIA_CONTROL_PORT", 0)
MEDIA_CONTROL_TOKEN: str = env.str("MEDIA_CONTROL_TOKEN", "")
STUN_URLS: list[str] = env.list("STUN_URLS", [])
TURN_URLS: list[str] = env.list("TURN_URLS", [])
TURN_SECRET: str = env.str("TURN_SECRET", "")

try:
    env.seal()
    DATABASES: dict[str, Any] = {
        # Health checks: after a restart of PostgreSQL the pool hands out no dead connection.
        "default": dj_database_url.parse(
            DATABASE_URL or f"sqlite:///{DATA_DIR / 'parlor.sqlite3'}",
            conn_max_age=0,
            conn_health_checks=True,
        )
    }
except EnvError as wrong:
    _stop(" ".join(str(wrong).split()))
except ValueError as wrong:
    _stop(f"DATABASE_URL cannot be read. {' '.join(str(wrong).split())}")

if SOCKET_FRAMES_PER_S < 1 or SOCKET_FRAMES_BURST < 1:
    _stop("SOCKET_FRAMES_PER_S and SOCKET_FRAMES_BURST must be 1 or more.")
if not SECRET_KEY:
    if not DEVELOPMENT:
        _stop("SECRET_KEY is not set. Set it to a long random string (or DEBUG=1 to try things).")
    SECRET_KEY = _kept_secret(DATA_DIR / "secret_key")
JWT_ACCESS_SECRET = JWT_ACCESS_SECRET or _derived_secret("jwt-access")
JWT_REFRESH_SECRET = JWT_REFRESH_SECRET or _derived_secret("jwt-refresh")
MEDIA_CONTROL_TOKEN = MEDIA_CONTROL_TOKEN or _derived_secret("media-control")
if JWT_ACCESS_SECRET == JWT_REFRESH_SECRET:
    _stop("JWT_ACCESS_SECRET and JWT_REFRESH_SECRET must differ.")

# --- Django --------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "daphne",  # first: its runserver serves WebSockets
    "corsheaders",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_structlog",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "huey.contrib.djhuey",
    "api",
    "realtime",
    "accounts",
    "rooms",
    "messaging",
    "voice",
]
MIDDLEWARE = [
    "django_structlog.middlewares.RequestMiddleware",
    "api.middleware.RequestIdMiddleware",
    *(
        ["config.static_files.StaticFilesMiddleware"] if DEVELOPMENT else []
    ),  # else they lie compressed
    "whitenoise.middleware.WhiteNoiseMiddleware",  # files need no page's headers, there are many
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "api.middleware.SecurityHeadersMiddleware",  # below the others: it answers some requests itself
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]
AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # usernames are unique in any case of letters: a constraint
AUTHENTICATION_BACKENDS = ["accounts.backends.LimitedBackend"]  # Django's admin only
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- database ------------------------------------------------------------------------------------
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # A write transaction takes the lock at once: no deadlock by upgrade, waiting is bounded.
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        # FULL: an acknowledged commit survives a power cut, not only a killed process.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {}) | {
        # The pool tries again after 1, 2, 4, 8 … s; given up early, the next request begins anew,
        # so that a database that was away for long is not waited for as long again.
        "pool": {
            "min_size": 0,
            "max_size": DATABASE_POOL_MAX,
            "timeout": 5,
            "reconnect_timeout": 2,
        },
        "connect_timeout": 5,
    }

# --- Redis: one URL for the limits, the jobs and the doorbell between processes ------------------
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "parlor-layer"},
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}
HUEY: dict[str, Any] = {
    "name": "parlor",
    "immediate": False,
    "huey_class": "huey.RedisHuey" if REDIS_URL else "huey.SqliteHuey",
    "connection": {"url": REDIS_URL} if REDIS_URL else {"filename": str(DATA_DIR / "jobs.sqlite3")},
    "consumer": {"workers": 1, "worker_type": "thread", "check_worker_health": True},
}

# --- REST ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["api.renderers.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "api.schema.EnvelopeSchema",
    "EXCEPTION_HANDLER": "api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
BODY_MAX_BYTES = 1024 * 1024
UPLOAD_MAX_BYTES = 25 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_MAX_BYTES
SPECTACULAR_SETTINGS = {
    "TITLE": "Parlor",
    "DESCRIPTION": "A self-hosted home for a community. The socket's contract is at /docs/ws.",
    "VERSION": VERSION,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "CAMELIZE_NAMES": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "PREPROCESSING_HOOKS": ["api.schema.only_versioned_paths"],
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": ["api.schema.add_error_responses"],
}

# --- browsers: headers, origins, cookies ---------------------------------------------------------
CORS_ALLOWED_ORIGINS = CORS_ORIGINS
CORS_ALLOW_CREDENTIALS = True
CORS_ALLOW_HEADERS = [*default_headers, "x-request-id"]
CORS_EXPOSE_HEADERS = ["X-Request-ID", "Retry-After", "Location", "Link", "Accept-Post"]
CORS_URLS_REGEX = r"^/api.*$"
CSRF_TRUSTED_ORIGINS = CORS_ORIGINS
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and PROXY_COUNT else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = REFRESH_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# --- static files: the client's few libraries are served from node_modules by name ---------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS: list[Any] = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "config.static_files.ModulesFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.vendored.VendoredFinder",
]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "files")},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "config.vendored.HashedModulesStorage",
    },
}
WHITENOISE_ADD_HEADERS_FUNCTION = add_static_headers
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = DEVELOPMENT
WHITENOISE_AUTOREFRESH = DEVELOPMENT

# --- e-mail --------------------------------------------------------------------------------------
globals().update(EMAIL_URL)

# --- the gateway (PROTOCOL.md, "The gateway") ----------------------------------------------------
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # usernames are unique whatever their case, by a constraint
GATEWAY: dict[str, int] = {
    "identify_timeout_s": 10,
    "heartbeat_s": 25,
    "max_frame_bytes": 64 * 1024,
    "frames_per_s": SOCKET_FRAMES_PER_S,
    "frames_burst": SOCKET_FRAMES_BURST,
    "max_waiting": 32,
    "max_rooms": 200,
    "max_sockets_per_person": 20,
    "max_buffer_bytes": 4 * 1024 * 1024,
    "pulse_s": 1,
}

# --- logging -------------------------------------------------------------------------------------
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer()
            if LOG_JSON
            else structlog.dev.ConsoleRenderer(
                # Plain: rich ones print local variables, and with them tokens.
                colors=False,
                exception_formatter=structlog.dev.plain_traceback,
            ),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # A handler of its own keeps huey from adding a second, unstructured one.
        "huey": {
            "handlers": ["console"],
            "level": "INFO" if LOG_LEVEL == "DEBUG" else "WARNING",
            "propagate": False,
        },
        "django_structlog": {"level": "INFO" if LOG_LEVEL == "DEBUG" else "WARNING"},
        "django.request": {"level": "ERROR"},
        "websockets": {"level": "WARNING"},  # each line to a media worker, opened and closed
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}

# simplejwt signs and reads the tokens; rotation and revocation are ours (accounts/tokens.py).
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_ACCESS_SECRET,
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=JWT_ACCESS_LIFETIME_S),
    "REFRESH_TOKEN_LIFETIME": timedelta(seconds=JWT_REFRESH_LIFETIME_S),
    "USER_ID_CLAIM": "sub",
    "UPDATE_LAST_LOGIN": False,
}
