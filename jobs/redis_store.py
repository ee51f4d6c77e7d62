"""Finished tiles in Redis, shared by the machines that have its address."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import OutOfMemoryError, RedisError
from redis.retry import Retry

from hosting.configuration import without_password
from jobs.store import LEASE, MOST_ATTEMPTS, Job, StoreError, StoreFullError, lost

P = ParamSpec("P")
R = TypeVar("R")

KEPT = 7 * 24 * 3600  # seconds after its last use that a job is forgotten
_TIMEOUT = 5.0  # seconds that the server has to answer

# Of each job: its record, its finished tiles by number, and until when its unfinished ones are claimed. The
# scripts run on the server, one at a time and by its clock.
_CLAIM = """
local record, tiles, claims = unpack(KEYS)
local number, owner, lease, most, reason = unpack(ARGV)
local now = redis.call('TIME')[1] + redis.call('TIME')[2] / 1e6
if redis.call('HGET', record, 'state') ~= 'wanted' then return 0 end
if redis.call('HEXISTS', tiles, number) == 1 then return 0 end
if tonumber(redis.call('ZSCORE', claims, number) or 0) > now then return 0 end
if redis.call('HINCRBY', record, 'attempts:' .. number, 1) > tonumber(most) then
  redis.call('HSET', record, 'state', 'failed', 'error', reason)
  return 0
end
redis.call('ZADD', claims, now + lease, number)
redis.call('HSET', record, 'owner:' .. number, owner)
return 1
"""
_RENEW = """
local record, tiles, claims = unpack(KEYS)
local number, owner, lease = unpack(ARGV)
local now = redis.call('TIME')[1] + redis.call('TIME')[2] / 1e6
if redis.call('HGET', record, 'owner:' .. number) == owner then
  if tonumber(lease) > 0 then redis.call('ZADD', claims, now + lease, number)
  else
    redis.call('ZREM', claims, number)
    redis.call('HDEL', record, 'attempts:' .. number, 'owner:' .. number)
  end
end
return redis.call('HGET', record, 'state') == 'wanted' and 1 or 0
"""
_PUT = """
local record, tiles, claims = unpack(KEYS)
local number, data, seconds, kept = unpack(ARGV)
if redis.call('EXISTS', record) == 0 or redis.call('HSETNX', tiles, number, data) == 0 then return 0 end
redis.call('HINCRBYFLOAT', record, 'seconds', seconds)
redis.call('HDEL', record, 'attempts:' .. number, 'owner:' .. number)
redis.call('ZREM', claims, number)
if redis.call('HLEN', tiles) == tonumber(redis.call('HGET', record, 'total')) then
  redis.call('HSET', record, 'state', 'done')
end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, kept) end
return 1
"""
_ADD = """
local record = KEYS[1]
local spec, total, kept = unpack(ARGV)
redis.call('HSETNX', record, 'spec', spec)
redis.call('HSETNX', record, 'total', total)
if redis.call('HGET', record, 'state') ~= 'done' then
  redis.call('HSET', record, 'state', 'wanted', 'error', '')
end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, kept) end
return 1
"""
_END = """
if redis.call('HGET', KEYS[1], 'state') == 'wanted' then
  redis.call('HSET', KEYS[1], 'state', ARGV[1], 'error', ARGV[2])
end
return 1
"""
_JOB = """
local record, tiles, claims = unpack(KEYS)
local now = redis.call('TIME')[1] + redis.call('TIME')[2] / 1e6
local found = redis.call('HMGET', record, 'spec', 'total', 'state', 'error', 'seconds')
if not found[1] then return false end
found[5] = found[5] or '0'
table.insert(found, redis.call('HLEN', tiles))
table.insert(found, redis.call('ZCOUNT', claims, '(' .. now, '+inf'))
return found
"""


def _guarded(method: Callable[Concatenate["RedisStore", P], R]) -> Callable[Concatenate["RedisStore", P], R]:
    """Put Redis's errors into words."""

    @wraps(method)
    def guarded(store: "RedisStore", /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(store, *args, **kwargs)
        except OutOfMemoryError as error:
            raise StoreFullError(
                f"The Redis server at {store.address} has no memory left for results."
            ) from error
        except (RedisError, OSError) as error:
            raise StoreError(
                f"The Redis server at {store.address}, which REDIS_URL names, cannot be used: "
                f"{str(error).rstrip('.')}."
            ) from error

    return guarded


class RedisStore:
    """A `Store` in Redis, which forgets a job a week after its last use, or when its memory is full.

    Parameters
    ----------
    url : str
        Address of the server, ``redis://host:6379/0`` or ``rediss://…`` over TLS.
    retries : int
        How often a command is repeated when the server does not answer, each time after twice as long up to a
        second: 20 outlast a restart.

    Raises
    ------
    StoreError
        If the address is none.
    """

    def __init__(self, url: str, retries: int = 2) -> None:
        self.address = without_password(url)
        try:
            self._redis: Any = Redis.from_url(
                url,
                socket_timeout=_TIMEOUT,
                socket_connect_timeout=_TIMEOUT,
                retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), retries),
            )
        except ValueError as error:
            raise StoreError(
                "REDIS_URL must be the address of a Redis server such as redis://localhost:6379/0, "
                f"got {self.address!r}."
            ) from error
        scripts = {"add": _ADD, "claim": _CLAIM, "renew": _RENEW, "put": _PUT, "end": _END, "job": _JOB}
        self._scripts = {name: self._redis.register_script(text) for name, text in scripts.items()}

    def _run(self, script: str, job: str, *args: str | bytes | float) -> Any:
        keys = [f"deadcone:{{{job}}}:{part}" for part in ("record", "tiles", "claims")]
        return self._scripts[script](keys=keys, args=args)

    @_guarded
    def check(self) -> None:
        """Raise StoreError unless the server answers."""
        self._redis.ping()

    @_guarded
    def tally(self) -> tuple[int, int]:
        """See `Store`; looks through all jobs."""
        wanted = running = 0
        for record in self._redis.scan_iter(match="deadcone:{*}:record", count=1000):
            found = self._run("job", record.decode().split("{")[1].split("}")[0])
            if found is not None and found[2] == b"wanted":
                wanted += 1
                running += found[6] > 0
        return running, wanted - running

    @_guarded
    def add(self, job: str, spec: str, total: int) -> None:
        """See `Store`."""
        self._run("add", job, spec, total, KEPT)

    @_guarded
    def job(self, job: str) -> Job | None:
        """See `Store`."""
        found = self._run("job", job)
        if found is None:
            return None
        spec, total, state, error, seconds, done, running = found
        mean = float(seconds) / max(done, 1)
        return Job(spec.decode(), int(total), state.decode(), error.decode(), done, running, mean)

    @_guarded
    def tiles(self, job: str) -> dict[int, bytes]:
        """See `Store`."""
        found = self._redis.hgetall(f"deadcone:{{{job}}}:tiles")
        return {int(number): data for number, data in found.items()}

    @_guarded
    def taken(self, job: str) -> tuple[set[int], set[int]]:
        """Return the numbers of the tiles that are finished, and of those that are claimed."""
        done = self._redis.hkeys(f"deadcone:{{{job}}}:tiles")
        now, micro = self._redis.time()
        held = self._redis.zrangebyscore(f"deadcone:{{{job}}}:claims", now + micro / 1e6, "+inf")
        return set(map(int, done)), set(map(int, held))

    @_guarded
    def claim(self, job: str, number: int, owner: str) -> bool:
        """See `Store`."""
        return bool(self._run("claim", job, number, owner, LEASE, MOST_ATTEMPTS, lost(number)))

    @_guarded
    def renew(self, job: str, number: int, owner: str) -> bool:
        """See `Store`."""
        return bool(self._run("renew", job, number, owner, LEASE))

    @_guarded
    def release(self, job: str, number: int, owner: str) -> None:
        """See `Store`."""
        self._run("renew", job, number, owner, 0)

    @_guarded
    def put(self, job: str, number: int, data: bytes, seconds: float) -> None:
        """See `Store`."""
        self._run("put", job, number, data, seconds, KEPT)

    @_guarded
    def cancel(self, job: str) -> None:
        """See `Store`."""
        self._run("end", job, "cancelled", "")

    @_guarded
    def fail(self, job: str, error: str) -> None:
        """See `Store`."""
        self._run("end", job, "failed", error)

    @_guarded
    def keep(self, name: str, content: bytes) -> None:
        """See `Store`."""
        self._redis.set(f"deadcone:kept:{name}", content, ex=KEPT)

    @_guarded
    def kept(self, name: str) -> bytes | None:
        """See `Store`."""
        content: bytes | None = self._redis.get(f"deadcone:kept:{name}")
        self.touch(name)
        return content

    @_guarded
    def touch(self, name: str) -> None:
        """See `Store`."""
        self._redis.expire(f"deadcone:kept:{name}", KEPT)

    @_guarded
    def lead(self, job: str, owner: str, seconds: float) -> bool:
        """Be the one who sees to a job for the next seconds; False while it is another."""
        key, milliseconds = f"deadcone:{{{job}}}:leader", int(1000 * seconds)
        if self._redis.set(key, owner, nx=True, px=milliseconds):
            return True
        if self._redis.get(key) != owner.encode():
            return False
        self._redis.pexpire(key, milliseconds)
        return True

    @_guarded
    def led(self, job: str) -> bool:
        """Tell whether somebody sees to a job."""
        return bool(self._redis.exists(f"deadcone:{{{job}}}:leader"))
