"""What processes measure of their own work.

Each label has few values, because Prometheus keeps a series for each combination.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram

from screener.metrics.process_files import choose_value_class

choose_value_class()

INSTRUMENTS = CollectorRegistry()
FAST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SLOW = (0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600)

REQUEST_SECONDS = Histogram(
    "screener_request_seconds",
    "Time from a request to the head of its response, by route",
    ["route", "status"],
    registry=INSTRUMENTS,
    buckets=FAST,
)
STEP_SECONDS = Histogram(
    "screener_step_seconds",
    "Time of one try of a background step. `ending`: done, postponed, retried or given_up",
    ["step", "ending"],
    registry=INSTRUMENTS,
    buckets=SLOW,
)
MODEL_CALL_SECONDS = Histogram(
    "screener_model_call_seconds",
    "Time of a paid call to a model. `ending`: done or failed",
    ["purpose", "model", "ending"],
    registry=INSTRUMENTS,
    buckets=SLOW,
)
MODEL_TOKENS = Counter(
    "screener_model_tokens",
    "Tokens of paid calls to models. `direction`: in or out",
    ["purpose", "model", "direction"],
    registry=INSTRUMENTS,
)
MODEL_DOLLARS = Counter(
    "screener_model_dollars",
    "Cost of paid calls to models by published prices, in US dollars",
    ["purpose", "model"],
    registry=INSTRUMENTS,
)
DELIVERY_SECONDS = Histogram(
    "screener_delivery_seconds",
    "Time of one try to deliver an event to another system. `ending`: delivered, or the problem",
    ["ending"],
    registry=INSTRUMENTS,
    buckets=FAST,
)
