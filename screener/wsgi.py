import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
application = get_wsgi_application()
_ = get_resolver().url_patterns  # loads every view now, and not while the first caller waits

from screener.checks import raise_on_failed_checks  # noqa: E402 - needs the settings

raise_on_failed_checks()

gc.collect()
gc.freeze()  # the processes that gunicorn forks share what is loaded by now, and never look through it for garbage
