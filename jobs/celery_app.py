"""Celery over Redis; `worker.py` starts its workers. REDIS_URL is the server's address.

Two queues, so that jobs that wait never keep a place from tiles that compute: ``jobs`` for supervisors, on
threads, and ``tiles`` for the work itself, on processes.
"""

import os
from threading import Event
from typing import Any
from uuid import uuid4

from celery import Celery
from celery.exceptions import CeleryError
from celery.signals import worker_process_init, worker_shutting_down
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as Unreachable

from experiments import kept
from jobs.redis_store import RedisStore
from jobs.store import StoreError
from jobs.supervisor import supervise
from jobs.work import take_one_core, work

URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
_RETRIES = 20  # of a worker's commands to the store: it would rather wait than lose its tile
_VISIBILITY = 120  # seconds after which Redis gives a vanished worker's message to another

_ASKED = 10.0  # seconds before a job that nobody sees to is asked for again

app = Celery("jobs", broker=URL)
app.conf.update(
    task_ignore_result=True,  # results go to the store
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_serializer="json",
    accept_content=["json"],
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # A tile that outlives a restart of Redis is worth finishing.
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_transport_options={"visibility_timeout": _VISIBILITY, "socket_timeout": 10},
    worker_hijack_root_logger=False,
)


@worker_process_init.connect  # type: ignore[untyped-decorator]  # Celery has no types
def _settle(**_: Any) -> None:
    take_one_core()
    kept.use(_store)


_leaving = Event()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]  # Celery has no types
def _leave(**_: Any) -> None:
    """Let supervisors return, which would otherwise hold a worker up until their jobs are done."""
    _leaving.set()


def _store() -> RedisStore:
    return RedisStore(URL, retries=_RETRIES)


@app.task(name="jobs.tile", queue="tiles")  # type: ignore[untyped-decorator]  # Celery has no types
def tile(job: str, number: int) -> None:
    """Compute a tile unless it is finished, or another worker is at it."""
    store, owner = _store(), uuid4().hex
    if store.claim(job, number, owner):
        work(store, job, number, owner)


@app.task(name="jobs.job", queue="jobs")  # type: ignore[untyped-decorator]  # Celery has no types
def see_to(job: str, spec: str, total: int) -> None:
    """See to a job until it ends; a worker that is asked to leave passes it on."""
    if not supervise(_store(), job, spec, total, _send, uuid4().hex, _leaving):
        _ask(see_to, job, spec, total)


def _send(job: str, number: int) -> None:
    _ask(tile, job, number)


def wake(store: RedisStore, job: str, spec: str, total: int) -> None:
    """Have somebody see to a job, unless somebody does.

    Raises
    ------
    StoreError
        If the server does not answer.
    """
    if not store.led(job) and store.lead(f"{job}:asked", uuid4().hex, _ASKED):
        _ask(see_to, job, spec, total)


def _ask(task: Any, *args: object) -> None:
    try:
        task.apply_async(args, retry_policy={"max_retries": 1, "interval_start": 0.0})
    except (Unreachable, KombuError, CeleryError, OSError) as error:
        raise StoreError(f"The queue of work cannot be reached: {str(error).rstrip('.')}.") from error
