import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
application = get_wsgi_application()

from screener.checks import refuse_to_start_unfit  # noqa: E402 - needs the settings

refuse_to_start_unfit()
