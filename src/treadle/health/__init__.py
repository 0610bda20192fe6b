"""The check-up behind `treadle doctor` and `GET /api/v1/health`: what is looked at, what it means, what mends it."""

from treadle.health.checkup import examine
from treadle.health.findings import Finding, Report, Severity
from treadle.health.surroundings import Surroundings

__all__ = ["Finding", "Report", "Severity", "Surroundings", "examine"]
