"""Long work: frozen specifications, a store of finished tiles, workers here or on many machines."""

from jobs.service import Progress, Service, service
from jobs.spec import UnknownJobError
from jobs.store import StoreError

__all__ = ["Progress", "Service", "StoreError", "UnknownJobError", "service"]
