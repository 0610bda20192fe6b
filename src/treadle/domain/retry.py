"""Retry policies: how often and when a failed attempt is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`max_attempts` counts the first try; 0 means without end. Intervals in seconds; `jitter` is a fraction, 0 to 1."""

    max_attempts: int = 1
    initial_interval: float = 1.0
    backoff: float = 2.0
    max_interval: float = 300.0
    jitter: float = 0.2
    non_retryable: tuple[str, ...] = ()

    def allows(self, attempt: int, *, error_type: str) -> bool:
        """Whether attempt number `attempt`, which failed with `error_type`, may be followed by another."""
        return error_type not in self.non_retryable and (self.max_attempts == 0 or attempt < self.max_attempts)

    def delay_after(self, attempt: int, random: Random) -> timedelta:
        """How long to wait after attempt number `attempt` (from 1) failed."""
        exponent = min(attempt - 1, 64)
        longest = max(self.max_interval, self.initial_interval)
        interval = min(self.initial_interval * self.backoff**exponent, longest)
        return timedelta(seconds=interval * (1 + self.jitter * random.uniform(-1, 1)))


NO_RETRY = RetryPolicy()
