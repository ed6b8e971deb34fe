import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
application = get_wsgi_application()
_ = get_resolver().url_patterns  # loads all views before the first request

from screener.checks import raise_on_failed_checks  # noqa: E402 - needs the settings

raise_on_failed_checks()

gc.collect()
gc.freeze()  # the garbage collector skips loaded modules, so that gunicorn's forks keep sharing their memory
