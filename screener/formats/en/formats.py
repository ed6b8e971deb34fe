"""How dates look where no template says it: as on all other pages, with their time zone."""

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i e"
