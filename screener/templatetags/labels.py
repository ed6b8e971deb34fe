"""Labels in templates: {{ interview.get_outcome_display|in_sentence }}."""

from django import template

from screener.labels import in_sentence

register = template.Library()
register.filter("in_sentence", in_sentence)
