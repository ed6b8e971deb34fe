"""How dates look in German, with the parts that the English formats have."""

DATE_FORMAT = "d.m.Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "d.m.Y H:i e"
SHORT_DATETIME_FORMAT = "d.m.Y H:i:s"
