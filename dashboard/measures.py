"""What the operator can watch, counted where it happens; `dashboard.operations` shows it.

Each is a number for the whole server: gunicorn's processes count in files that are summed when they are read.
"""

from prometheus_client import Counter, Gauge, Histogram

# A frame takes some 15 ms, an interactive answer less than 2 s, the longest export 20.
_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)

REQUESTS = Counter("deadcone_requests", "Answers", ["route", "status"])
LATENCY = Histogram(
    "deadcone_request_seconds",
    "Time from a request's first line to its last byte",
    ["route"],
    buckets=_SECONDS,
)
UNDERWAY = Gauge(
    "deadcone_requests_underway", "Requests that are being answered", multiprocess_mode="livesum"
)
WAITING = Gauge("deadcone_requests_waiting", "Requests that wait for a thread", multiprocess_mode="livesum")
LINE = Gauge(
    "deadcone_line",
    "Requests that wait for their turn to be computed",
    ["urgency"],
    multiprocess_mode="livesum",
)
MAPS = Counter("deadcone_map_lookups", "Maps asked of the cache, found or computed", ["cache"])
ENGINE = Histogram("deadcone_map_seconds", "Time that computing a map took", ["method"], buckets=_SECONDS)
