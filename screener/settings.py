"""All settings, read from the environment and from `.env` beside manage.py.

Those of the API framework and of the admin's theme, which no environment changes, are in `framework_settings`.
"""

import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from screener.db.local_secret_key import local_do_not_call_key, local_encryption_key_file, local_secret_key
from screener.framework_settings.cross_origin import *  # noqa: F403 - all of them are settings
from screener.framework_settings.logs import *  # noqa: F403 - all of them are settings
from screener.framework_settings.logs import logging_config
from screener.framework_settings.rest_api import REST_FRAMEWORK as REST_FRAMEWORK
from screener.framework_settings.rest_api import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from screener.framework_settings.sign_in import *  # noqa: F403 - all of them are settings
from screener.framework_settings.theme import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
TESTING = "pytest" in sys.modules

env = environ.Env()
if not TESTING:
    env.read_env(BASE_DIR / ".env")


def _env_list(name: str, default: str = "") -> list[str]:
    """Return the entries between commas, without spaces around them and without empty entries."""
    return [entry.strip() for entry in env.str(name, default).split(",") if entry.strip()]


DEBUG = env.bool("DEBUG", False)
# The port of the web process. honcho sets another PORT for every process, so `make serve` passes WEB_PORT.
PORT = env.int("WEB_PORT", env.int("PORT", 8000))

# --- Database: DATABASE_URL, else the embedded server ------------------------------------------------

# By default, a pool doubles its wait before each attempt to connect. With a short `reconnect_timeout` it gives up, and
# the next request tries again.
_POOL = {
    "min_size": 1,
    "max_size": env.int("DATABASE_POOL_SIZE", 10),
    "timeout": env.float("DATABASE_TIMEOUT", 1.5),
    "reconnect_timeout": 0.5,
}
EMBEDDED_DATABASE = env.bool("EMBEDDED_DATABASE", DEBUG or TESTING)
DATABASE_URL = env.str("DATABASE_URL", "")

if DATABASE_URL:
    DATABASES = {"default": env.db_url("DATABASE_URL")}
    DATABASES["default"].setdefault("OPTIONS", {})
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        DATABASES["default"]["ENGINE"] = "screener.db.outage_backend"
    DATABASES["default"]["HOST"] = unquote(
        DATABASES["default"]["HOST"]
    )  # may be the folder of a socket: %2Frun%2Fpostgresql
elif EMBEDDED_DATABASE:
    DATABASES = {
        "default": {
            "ENGINE": "screener.db.embedded_backend",
            "NAME": "screener",
            "HOST": str(VAR_DIR),
            "OPTIONS": {},
        }
    }
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.dummy", "OPTIONS": {}}}  # rejected by screener.checks
# Statements are prepared on the server, except those of pages and the API (screener/db/statement_plans.py). For a
# connection pooler without prepared statements, turn this off in DATABASE_URL: ?server_side_binding=False
# The timeouts detect a dead network within seconds, end transactions of stalled processes, and limit waits for locks.
_CONNECTION = {
    "server_side_binding": True,
    "prepare_threshold": 3,
    "connect_timeout": 2,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=30s",
}
# Reports are read from the replica, if there is one (screener/db/replica.py).
REPLICA_DATABASE_URL = env.str("REPLICA_DATABASE_URL", "")
REPLICA_MAX_LAG = env.float("REPLICA_MAX_LAG", 30)
if REPLICA_DATABASE_URL:
    DATABASES["replica"] = env.db_url("REPLICA_DATABASE_URL") | {"ENGINE": "screener.db.outage_backend"}
    DATABASES["replica"]["HOST"] = unquote(DATABASES["replica"]["HOST"])
    DATABASES["replica"].setdefault("OPTIONS", {})
    DATABASE_ROUTERS = ["screener.db.replica.ReplicaRouter"]
for _database in DATABASES.values():
    for _option, _value in _CONNECTION.items():
        _database["OPTIONS"].setdefault(_option, _value)
    _database["CONN_MAX_AGE"] = 0
    _database["CONN_HEALTH_CHECKS"] = True
    if not TESTING:
        _database["OPTIONS"]["pool"] = _POOL
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Secrets, hosts, security ------------------------------------------------------------------------

# A generated key is stored beside the embedded database. Machines that share a database need the same key.
SECRET_KEY = env.str("SECRET_KEY", "") or local_secret_key(VAR_DIR, allowed=DEBUG or TESTING or not DATABASE_URL)
SECRET_KEY_FALLBACKS = _env_list("SECRET_KEY_FALLBACKS")
# Entries of the do-not-call list are hashed with a key of their own, which a new SECRET_KEY leaves as it is.
DO_NOT_CALL_KEY = env.str("DO_NOT_CALL_KEY", "") or (
    SECRET_KEY if DATABASE_URL else local_do_not_call_key(VAR_DIR, SECRET_KEY, may_copy=not env.str("SECRET_KEY", ""))
)
DO_NOT_CALL_KEY_FALLBACKS = _env_list("DO_NOT_CALL_KEY_FALLBACKS")
# Master keys, which wrap the keys of stored files and texts (docs/encryption.md). The database of tests has its own.
ENCRYPTION_KEY = env.str("ENCRYPTION_KEY", "VGhlIG1hc3RlciBrZXkgb2YgdGVzdHMsIG5vIHNlY3I=" if TESTING else "")
ENCRYPTION_KEY_FALLBACKS = _env_list("ENCRYPTION_KEY_FALLBACKS")
ENCRYPTION_KEY_FILE = env.str("ENCRYPTION_KEY_FILE", "")
ENCRYPTION_KEY_PROVIDER = env.str("ENCRYPTION_KEY_PROVIDER", "")
if not (ENCRYPTION_KEY or ENCRYPTION_KEY_FILE or ENCRYPTION_KEY_PROVIDER or DATABASE_URL):
    ENCRYPTION_KEY_FILE = local_encryption_key_file(VAR_DIR)
BACKUP_KEY = env.str("BACKUP_KEY", "")
ENCRYPTED_FILES_ONLY = env.bool("ENCRYPTED_FILES_ONLY", False)

WEBHOOK_BASE_URL = env.str("WEBHOOK_BASE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
_public_host = urlsplit(WEBHOOK_BASE_URL).hostname
WEBHOOKS_ONLY = env.bool("WEBHOOKS_ONLY", False)
PUBLIC_HOST = _public_host or "localhost"
ALLOWED_HOSTS = _env_list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
if _public_host:
    ALLOWED_HOSTS.append(_public_host)
CSRF_TRUSTED_ORIGINS = _env_list("CSRF_TRUSTED_ORIGINS")
CORS_ALLOWED_ORIGINS = _env_list("CORS_ALLOWED_ORIGINS")

_https = WEBHOOK_BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
if _https:  # browsers take these from this host alone, and by https alone
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
# Redirects to https and HSTS for other names of the domain are up to the proxy and the owner of the domain.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 0)
X_FRAME_OPTIONS = "DENY"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG and not _https  # passkeys need https, or this machine by its name
if env.bool("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TRUSTED_PROXIES = env.str("TRUSTED_PROXIES", "") or "0"

# --- Sign-in: what no environment changes is in framework_settings.sign_in ----------------------------

SESSION_IDLE_MINUTES = env.float("SESSION_IDLE_MINUTES", 60)
SESSION_MAX_HOURS = env.float("SESSION_MAX_HOURS", 12)
REQUIRE_MFA = env.bool("REQUIRE_MFA", True)
OIDC_ISSUER = env.str("OIDC_ISSUER", "").rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_NAME = env.str("OIDC_NAME", "") or "single sign-on"
OIDC_TRUST_EMAIL = env.bool("OIDC_TRUST_EMAIL", False)
OIDC_NEW_USERS = env.str("OIDC_NEW_USERS", "")
OIDC_ROLE_CLAIM = env.str("OIDC_ROLE_CLAIM", "") or "groups"
OIDC_ROLES = [(value, role) for value, _, role in (entry.rpartition("=") for entry in _env_list("OIDC_ROLES"))]
OIDC_MFA = env.str("OIDC_MFA", "") or "never"

# --- Applications ------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "screener.apps.ScreenerAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "rest_framework",
    "rest_framework_api_key",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "corsheaders",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "screener.apps.ScreenerConfig",
    "candidates",
    "jobs",
    "interviews",
    "webhooks",
    "desk",
    "portal",
]

MIDDLEWARE = [
    "screener.listeners.webhooks_only.webhooks_only",
    "screener.metrics.request_timing.request_timing",
    "portal.room.uploads.chunk_uploads",
    "django.middleware.security.SecurityMiddleware",
    "screener.db.statement_plans.statement_plans",
    "screener.web.compression.PageCompressionMiddleware",
    "screener.web.csp.content_security_policy",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "screener.web.request_limits.limit_body_size",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "screener.web.language.page_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "screener.sign_in.sessions.limits.session_limits",
    "screener.telemetry.request_lines.RequestLines",
    "allauth.account.middleware.AccountMiddleware",
    "screener.sign_in.mfa.requirement.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "screener.web.blind_mode.BlindModeMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "screener.urls"
WSGI_APPLICATION = "screener.wsgi.application"

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
                "screener.sign_in.account_pages.admin_context",
            ],
            "builtins": ["candidates.templatetags.blind_mode", "screener.templatetags.labels"],
        },
    },
]

if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
# Of the pages and mails for candidates. Their catalogues hold what candidates read; the admin is not offered in them.
CANDIDATE_LANGUAGES = [*LANGUAGES, ("es", "Español"), ("fr", "Français"), ("pt", "Português")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["screener.formats"]

CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}
if CACHES["default"]["BACKEND"] == "django.core.cache.backends.redis.RedisCache":
    CACHES["default"]["BACKEND"] = "screener.cache.redis_cache.FallbackRedisCache"
# The console shows mails on a machine for development. A log of a deployment must not hold their names.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://" if DEBUG else "dummymail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
EMAIL_WEBHOOK_SECRET = env.str("EMAIL_WEBHOOK_SECRET", "")
ANYMAIL = {
    "WEBHOOK_SECRET": EMAIL_WEBHOOK_SECRET,
    "MAILGUN_WEBHOOK_SIGNING_KEY": env.str("MAILGUN_WEBHOOK_SIGNING_KEY", ""),
    "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY": env.str("SENDGRID_WEBHOOK_VERIFICATION_KEY", ""),
}
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", f"Screener <screener@{PUBLIC_HOST}>")

# --- Files -------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]

PRIVATE_FILES_BUCKET = env.str("PRIVATE_FILES_BUCKET", "")
PRIVATE_FILES_ENDPOINT = env.str("PRIVATE_FILES_ENDPOINT", "")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "files"}},
    "private": (
        {
            "BACKEND": "screener.encryption.s3_storage.EncryptedS3Storage",
            "OPTIONS": {
                "bucket_name": PRIVATE_FILES_BUCKET,
                "endpoint_url": PRIVATE_FILES_ENDPOINT or None,
                "default_acl": "private",
                "file_overwrite": False,
            },
        }
        if PRIVATE_FILES_BUCKET
        else {
            "BACKEND": "screener.encryption.storage.EncryptedFileSystemStorage",
            "OPTIONS": {
                "location": env.path("PRIVATE_FILES_DIR", default=str(VAR_DIR / "private")),
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    ),
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG or TESTING
            else "screener.static_files.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG or TESTING
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

ARCHIVE_WEBHOOKS_AFTER_MONTHS = env.int("ARCHIVE_WEBHOOKS_AFTER_MONTHS", 0)

# --- Twilio ------------------------------------------------------------------------------------------

TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", "")
TWILIO_PHONE_NUMBER = env.str("TWILIO_PHONE_NUMBER", "")
TWILIO_SMS_SENDER = env.str("TWILIO_SMS_SENDER", "").strip()
TWILIO_API_URL = env.str("TWILIO_API_URL", "https://api.twilio.com").rstrip("/")
TWILIO_TIMEOUT = env.int("TWILIO_TIMEOUT", 10)
DELETE_AT_CARRIER = env.bool("DELETE_AT_CARRIER", True)
WHITELISTED_NUMBERS = _env_list("WHITELISTED_NUMBERS")
CALLING_HOURS = env.str("CALLING_HOURS", "08:00-21:00")
MESSAGE_HOURS = env.str("MESSAGE_HOURS", "08:00-20:00")
CALL_COOL_DOWN = timedelta(minutes=env.float("CALL_COOL_DOWN", 1))
CALLS_PER_NUMBER_PER_DAY = env.int("CALLS_PER_NUMBER_PER_DAY", 10)
CALLS_PER_SECOND = env.float("CALLS_PER_SECOND", 1)
MAX_CONCURRENT_CALLS = env.int("MAX_CONCURRENT_CALLS", 20)
DAILY_SPEND_LIMIT = env.float("DAILY_SPEND_LIMIT", 100)
ALLOWED_COUNTRIES = [code.upper() for code in _env_list("ALLOWED_COUNTRIES")]
try:
    ATTEMPT_SPACING = [timedelta(minutes=float(wait)) for wait in _env_list("ATTEMPT_SPACING") or ["30", "240", "1440"]]
    if not all(timedelta(0) <= wait <= timedelta(days=365) for wait in ATTEMPT_SPACING):
        raise ValueError
except (ValueError, OverflowError):
    raise ImproperlyConfigured(
        f"ATTEMPT_SPACING is {env.str('ATTEMPT_SPACING')!r}, which is not a list of waits of up to a year. "
        "List minutes, separated by commas: 30,240,1440."
    ) from None
IDLE_ATTEMPT_AFTER = timedelta(minutes=env.float("IDLE_ATTEMPT_AFTER", 30))

# --- Models, and who scores --------------------------------------------------------------------------

OPENAI_API_KEY = env.str("OPENAI_API_KEY", "")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", "https://api.openai.com/v1")
OPENAI_MODEL = env.str("OPENAI_MODEL", "gpt-6-luna")
OPENAI_TIMEOUT = env.int("OPENAI_TIMEOUT", 30)
OPENAI_MAX_TOKENS = env.int("OPENAI_MAX_TOKENS", 16_000)
OPENAI_SCORING_TEMPERATURE = env.float("OPENAI_SCORING_TEMPERATURE", 0)
OPENAI_QUESTION_TEMPERATURE = env.float("OPENAI_QUESTION_TEMPERATURE", 0.7)
SPEECH_API_KEY = env.str("SPEECH_API_KEY", OPENAI_API_KEY)
SPEECH_BASE_URL = env.str("SPEECH_BASE_URL", OPENAI_BASE_URL)
SPEECH_MODEL = env.str("SPEECH_MODEL", "gpt-transcribe")
SPEECH_FORMAT = env.str("SPEECH_FORMAT", "json")
SPEECH_ENGINE = env.str("SPEECH_ENGINE", "")
PHONE_SPEECH_ENGINE = env.str("PHONE_SPEECH_ENGINE", "")
SPEECH_FOLDER = env.str("SPEECH_FOLDER", "")
VOICE_API_KEY = env.str("VOICE_API_KEY", OPENAI_API_KEY)
VOICE_BASE_URL = env.str("VOICE_BASE_URL", OPENAI_BASE_URL)
VOICE_ENGINE = env.str("VOICE_ENGINE", "")
VOICE_MODEL = env.str("VOICE_MODEL", "kokoro" if VOICE_ENGINE == "local" else "")
VOICE_NAME = env.str("VOICE_NAME", "jf_gongitsune" if VOICE_ENGINE == "local" else "alloy")
OFFLINE_INTERVIEWER = env.bool("OFFLINE_INTERVIEWER", False)  # of earlier versions; see screener.checks
JUDGE = env.str("JUDGE", "person" if OFFLINE_INTERVIEWER else "model")
MODEL_PRICES = _env_list("MODEL_PRICES")
MONTHLY_BUDGET = env.float("MONTHLY_BUDGET", 500)
LIVE_TRANSCRIPTION = env.bool("LIVE_TRANSCRIPTION", False)
SHOW_MEASURES = env.bool("SHOW_MEASURES", False)

# --- API ---------------------------------------------------------------------------------------------

API_KEY = env.str("API_KEY", "")
API_KEY_REQUESTS_PER_MINUTE = env.int("API_KEY_REQUESTS_PER_MINUTE", 600)
API_KEY_INTERVIEWS_PER_DAY = env.int("API_KEY_INTERVIEWS_PER_DAY", 1000)
API_KEY_MODEL_TASKS_PER_DAY = env.int("API_KEY_MODEL_TASKS_PER_DAY", 200)
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", "").strip()
WEBHOOK_PRIVATE_NETWORKS = _env_list("WEBHOOK_PRIVATE_NETWORKS", "127.0.0.0/8,::1/128" if DEBUG else "")

# --- Metrics: /metrics answers requests with METRICS_TOKEN as bearer token -------------------------------

METRICS_TOKEN = env.str("METRICS_TOKEN", "")
METRICS_DIR = env.path("METRICS_DIR", default=str(VAR_DIR / "metrics"))
WORKER_METRICS_ADDRESS = env.str("WORKER_METRICS_ADDRESS", "").strip()

# --- Background work ---------------------------------------------------------------------------------

# By queue: the number of tasks that one worker process runs at the same time.
WORKER_QUEUES = {
    "calls": env.int("WORKER_CALLS", 8),
    "answers": env.int("WORKER_ANSWERS", 16),
    "rest": env.int("WORKER_REST", 4),
    "files": env.int("WORKER_FILES", 2),
    "sweeps": 1,  # nothing else is queued there, so nothing delays them
    "deliveries": env.int("WORKER_DELIVERIES", 4),
}

# --- Logging: the loggers and their formats are in framework_settings.logs ----------------------------

LOG_FORMAT = env.str("LOG_FORMAT", "text")
LOGGING = logging_config(LOG_FORMAT, env.str("LOG_LEVEL", "INFO"))

# --- Traces, to an OpenTelemetry collector (requirements-otel.txt) --------------------------------------

OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "").rstrip("/")
OTEL_EXPORTER_OTLP_HEADERS = env.str("OTEL_EXPORTER_OTLP_HEADERS", "")
OTEL_SERVICE_NAME = env.str("OTEL_SERVICE_NAME", "") or "screener"
OTEL_TRACES_SAMPLER_ARG = env.float("OTEL_TRACES_SAMPLER_ARG", 1)
if OTEL_EXPORTER_OTLP_ENDPOINT:
    MIDDLEWARE.insert(1, "screener.telemetry.traces.traced_requests")
