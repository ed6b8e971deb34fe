"""The web application in processes that crash before a commit on request."""

from devtools.chaos.crash_file import crash_before_commit
from screener.wsgi import application as application

crash_before_commit()
