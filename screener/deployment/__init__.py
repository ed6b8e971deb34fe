"""Whether the settings of a deployment are safe to expose: `manage.py check --deploy`."""
