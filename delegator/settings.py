"""
One settings file for every place the app runs, read from the environment.

The defaults are the laptop: SQLite, a broker in a file, mail kept on this
computer. `.env` is the operator's; `var/laptop.env` is made by `make run`.
"""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
VAR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
VAR.mkdir(parents=True, exist_ok=True)
environ.Env.read_env(VAR / "laptop.env")


def listed(name: str, default: list[str]) -> list[str]:
    """A list with commas between; blanks around them are nobody's key and no host's name."""
    return [text.strip() for text in env.list(name, default=default) if text.strip()]


DEBUG = env.bool("DEBUG", default=True)
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = listed("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])

# Whether the operator's page is there, at /admin/.
ADMIN = env.bool("ADMIN", default=False)

# --- Secrets ---------------------------------------------------------------
LAPTOP_KEY = "only-for-a-laptop-that-nobody-else-can-reach-0123456789"
SECRET_KEY = env("SECRET_KEY", default=LAPTOP_KEY)
# Older ones, newest first: what they signed stays good while they are listed.
SECRET_KEY_FALLBACKS = listed("SECRET_KEY_FALLBACKS", [])
# The keys of the private links, newest first; apart from SECRET_KEY, so that either can be changed alone.
LINK_KEYS = listed("LINK_KEYS", [LAPTOP_KEY])
if not DEBUG and SECRET_KEY in ("", LAPTOP_KEY):
    raise ImproperlyConfigured("Set SECRET_KEY before DEBUG=false: a long random text that stays the same.")
if not DEBUG and LAPTOP_KEY in SECRET_KEY_FALLBACKS:
    raise ImproperlyConfigured("Take the laptop's key out of SECRET_KEY_FALLBACKS before DEBUG=false: all know it.")
if not DEBUG and (not LINK_KEYS or LAPTOP_KEY in LINK_KEYS):
    raise ImproperlyConfigured("Set LINK_KEYS before DEBUG=false: a long random text, other than SECRET_KEY.")

# --- What it is made of ------------------------------------------------------
INSTALLED_APPS = [
    # Without looking for what each app would show: the operator's page is a site of its own.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "tasks",
    "assistants",
    "delegator",
]
MIDDLEWARE = [
    "delegator.web.middleware.numbered",
    "django.middleware.security.SecurityMiddleware",
    # Outside all that answers by itself, such as with a file, a slash or a refused host.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "delegator.web.middleware.safe_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "delegator.web.middleware.known_methods",
    "delegator.web.limits.by_link",
    "delegator.web.middleware.keys_of_before",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "delegator.web.middleware.owners_time_zone",
    "delegator.account.gates.password_once_more",
    "delegator.account.gates.second_step_for_all",
]
ROOT_URLCONF = "delegator.urls"
WSGI_APPLICATION = "delegator.wsgi.application"
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
                "delegator.screens.navigation.where",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Where it keeps things ---------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR / 'delegator.sqlite3'}")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL lets readers read while one writes; IMMEDIATE makes a writer wait its turn instead of
    # failing half way; FULL keeps what was committed through a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    # To open the file anew for each request costs more than all that a page asks of it.
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# In the database, so that several web processes share one count of failed sign-ins.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # With the usual 300, tries for 300 made-up accounts would wipe out the count for a real one.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Jobs --------------------------------------------------------------------
REDIS_URL = env("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or f"sqla+sqlite:///{VAR / 'broker.sqlite3'}"
# Seconds to wait for Redis. Short, since a Redis that answers late must not hold a page; workers wait longer.
BROKER_PATIENCE = env.float("BROKER_PATIENCE", default=1.0)
if REDIS_URL:
    # max_retries: else kombu goes on connecting for seconds while a page waits, also where a caller said not to.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_timeout": BROKER_PATIENCE,
        "socket_connect_timeout": 1,
        "max_retries": 0,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker waits for its broker as long as it takes.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
# To lose a job loses nothing, so no broker keeps a copy of each until it is done, which takes two more calls.
CELERY_TASK_QUEUES = [Queue("celery", no_ack=True)]
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat")
SWEEP_SECONDS = env.int("SWEEP_SECONDS", default=5)
# Beat only ticks. What is due, and when, stands in rows; a tick that waited for a minute is dropped, not one of a
# few seconds, for the clocks of two computers differ by as much.
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "assistants.jobs.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": 60}},
    "weekly": {"task": "delegator.jobs.write_weekly_summaries", "schedule": 60, "options": {"expires": 60}},
    "notes": {"task": "assistants.jobs.write_weekly_notes", "schedule": 60, "options": {"expires": 60}},
    "reminders": {"task": "delegator.jobs.remind", "schedule": 60, "options": {"expires": 60}},
    "year": {"task": "delegator.jobs.remind_of_the_year", "schedule": 60, "options": {"expires": 60}},
    "sessions": {"task": "delegator.jobs.forget_sessions", "schedule": 3600, "options": {"expires": 3600}},
    "retention": {"task": "delegator.jobs.prune", "schedule": 60, "options": {"expires": 60}},
    "forgotten": {"task": "delegator.jobs.answer_forgotten", "schedule": SWEEP_SECONDS, "options": {"expires": 60}},
    "counts": {"task": "delegator.jobs.forget_counts", "schedule": 60, "options": {"expires": 60}},
}

# --- Mail --------------------------------------------------------------------
EMAIL_URL = env("EMAIL_URL", default="")
# Without a mail server mail stays on this computer, to be read at /mail/.
EMAIL_KEPT = not EMAIL_URL
if EMAIL_URL:
    server = env.email_url("EMAIL_URL")
    is_secure = server.get("EMAIL_USE_TLS") or server.get("EMAIL_USE_SSL")
    if not is_secure and server["EMAIL_HOST"] not in ("127.0.0.1", "::1", "localhost"):
        raise ImproperlyConfigured("Mail would leave this computer in clear: EMAIL_URL needs smtp+tls or smtp+ssl.")
    vars().update(server | {"EMAIL_BACKEND": "assistants.mail.smtp.Mailer"})
# Seconds for all of a message but the answer to its final dot, and for that; a server that has the message may take
# long to say so (RFC 5321, 4.5.3.2.6), and asking again too soon makes copies.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=45)
DOT_TIMEOUT = env.int("DOT_TIMEOUT", default=120)
# Seconds until the next try: of mail that was put off, each time longer; of mail that got no answer; and how long a
# mail server that is away is left alone, at first and at most.
BACKOFF = [int(wait) for wait in listed("BACKOFF", ["60", "300", "900", "3600", "10800"])]
SILENCE = env.int("SILENCE", default=900)
BREAKER = tuple(int(wait) for wait in listed("BREAKER", ["30", "300"]))
DEFAULT_FROM_EMAIL = env("FROM_EMAIL", default="delegator@localhost")
if "@" not in DEFAULT_FROM_EMAIL:
    raise ImproperlyConfigured("FROM_EMAIL must be an address, such as Delegator <post@delegator.example>.")
# What each kind of email says: a function from its row to the values of emails/<kind>.*
LETTERS = {
    "offer": "assistants.handoff.letters.to_assistant",
    "remind": "assistants.handoff.letters.to_assistant",
    "changed": "assistants.handoff.letters.to_assistant",
    "news": "assistants.handoff.letters.to_assistant",
    "withdrawn": "assistants.handoff.letters.to_assistant",
    "start": "assistants.handoff.letters.to_assistant",
    "ended": "assistants.handoff.letters.to_assistant",
    "answer": "assistants.handoff.letters.to_owner",
    "renew": "assistants.link.person_letters.renew",
    "data": "assistants.link.person_letters.data",
    "note": "assistants.work.weekly_notes.letter",
    "weekly": "delegator.summary.weekly.letter",
    "timer": "delegator.mail.reminders.timer_letter",
    "reminder": "delegator.mail.reminders.reminder_letter",
    "year": "delegator.ahead.ahead_reminders.letter",
    "two_step": "delegator.account.second_steps.letter",
    "verify": "delegator.account.accounts.verify_letter",
    "reset": "delegator.account.accounts.reset_letter",
    "password": "delegator.account.accounts.password_letter",
    "known": "delegator.account.accounts.known_letter",
    "address": "delegator.account.addresses.letter",
    "moving": "delegator.account.addresses.moving_letter",
    "moved": "delegator.account.addresses.moved_letter",
    "closed": "delegator.privacy.farewells.letter",
}
# How long the owner can take back Send, and how long a worker may hold an email, in seconds.
UNDO_WINDOW = env.int("UNDO_WINDOW", default=60)
LEASE = env.int("LEASE", default=300)
# To be let in may take as long as the text; and then there must be time for the answer.
if LEASE <= 2 * EMAIL_TIMEOUT + 1.25 * DOT_TIMEOUT:
    raise ImproperlyConfigured("LEASE must be longer than twice EMAIL_TIMEOUT and 1.25 times DOT_TIMEOUT together.")
# What one owner may send to assistants in a day.
MAILS_A_DAY = env.int("MAILS_A_DAY", default=100)
MAILS_TO_ONE_A_DAY = env.int("MAILS_TO_ONE_A_DAY", default=20)
NEW_ADDRESSES_A_DAY = env.int("NEW_ADDRESSES_A_DAY", default=20)
# Days for which an email is kept that is over: to whom it went, what it said, and what became of it.
KEEP_EMAIL_DAYS = env.int("KEEP_EMAIL_DAYS", default=400)
if KEEP_EMAIL_DAYS < 30:
    raise ImproperlyConfigured("KEEP_EMAIL_DAYS must be 30 at least: what did not arrive is shown until then.")
# A form behind a private link that comes back sooner was sent by a machine.
LEAST_SECONDS_TO_READ = env.int("LEAST_SECONDS_TO_READ", default=2)

# --- Owners and their accounts -----------------------------------------------
AUTH_USER_MODEL = "tasks.Owner"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ["email", "name"]}},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "delegator.account.accounts.Adapter"
ACCOUNT_FORMS = {
    "signup": "delegator.account.accounts.SignUpForm",
    "login": "delegator.account.accounts.SignInForm",
    "reset_password": "delegator.account.accounts.ForgottenForm",
    "reset_password_from_key": "delegator.account.accounts.NewPasswordForm",
    "change_password": "delegator.account.accounts.ChangePasswordForm",
    "reauthenticate": "delegator.account.accounts.OnceMoreForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Mail that stays on this computer proves nothing about an address, so there is nothing to verify.
ACCOUNT_EMAIL_VERIFICATION = "none" if EMAIL_KEPT else "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# How often, by whom: key is the account, and for sign-in the account and the peer together, so that who guesses from
# elsewhere locks nobody out; ip is the peer (delegator/web/peers.py), user the owner who is signed in.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "30/h/ip,10/h/key",
    "signup": "30/h/ip",
    "confirm_email": "1/3m/key,10/d/key",
    "reset_password": "30/h/ip,3/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "10/h/user",
    "reauthenticate": "30/h/user",
    # To change the address that one signs in by; key is who asks, and the new one.
    "manage_email": "5/h/user,3/d/key",
}
# What one peer may try in a minute behind private links.
LINKS_A_MINUTE = env.int("LINKS_A_MINUTE", default=60)
PASSWORD_RESET_TIMEOUT = 3600
# Whether every owner needs a second step, an app with codes or a passkey. The operator's page always asks for one.
REQUIRE_TOTP = env.bool("REQUIRE_TOTP", default=False)
MFA_ADAPTER = "delegator.account.second_steps.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey is two factors wherever it is shown: what was asked for as a second step could be brought as the first.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# A passkey takes two requests, and one office is one peer.
MFA_RATE_LIMITS = {"webauthn_login": "20/m/ip"}
# Who sets up a second step has signed in, and on a server that takes a confirmed address. A new address, which waits
# for its own confirmation, must be no reason to keep them from it, nor a second step one to keep the old address.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# --- On the wire -------------------------------------------------------------
SESSION_ENGINE = "delegator.account.sessions"
# Days after which one signs in again, however much a session is used; unused it ends after two weeks.
SESSION_DAYS = env.int("SESSION_DAYS", default=90)
if SESSION_DAYS < 1:
    raise ImproperlyConfigured("SESSION_DAYS is how long somebody stays signed in at most: 1, 2, 3, ...")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_NAME = "__Host-sid" if HTTPS else "sid"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
# Sent to its own page alone, which __Host- does not allow.
RESET_COOKIE_NAME = "__Secure-reset" if HTTPS else "reset"
MESSAGES_COOKIE_NAME = "__Host-said" if HTTPS else "said"
MESSAGE_STORAGE = "delegator.web.middleware.Said"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# Whoever watches over the processes asks from inside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
# Subdomains and the browsers' own list are the operator's to promise, not ours.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# How many proxies of one's own stand before it; BEHIND_PROXY is what a single one was called before. Without it all
# visitors were one peer, the proxy, and would share one count of failed sign-ins.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=int(env.bool("BEHIND_PROXY", default=False)))
if TRUSTED_PROXY_COUNT < 0:
    raise ImproperlyConfigured("TRUSTED_PROXY_COUNT is how many proxies stand before Delegator: 0, 1, 2, ...")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# No inline script or style, nothing from elsewhere; data: is for Bootstrap's ticks and arrows.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# A week of a hundred tasks has fourteen hundred fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000

# --- Language, time, files ---------------------------------------------------
LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
# The zone of a new owner whose browser does not say; each owner has their own after that.
NEW_OWNER_TIME_ZONE = env("NEW_OWNER_TIME_ZONE", default="UTC")
STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Cuts private links out of whatever is logged, also by the server that runs us.
LOGGING_CONFIG = "delegator.web.logs.set_up"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        # For what collects them on a server; else for people.
        "line": {"()": "delegator.web.logs.Lines"}
        if env.bool("LOG_JSON", default=HTTPS)
        else {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Django gives it handlers of its own, one of which mails what it says with the whole request.
        "django": {"handlers": [], "level": "INFO"},
        "celery.utils.functional": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        # It names the passkey of each sign-in.
        "fido2": {"level": "WARNING"},
    },
}
