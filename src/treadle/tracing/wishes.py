"""Whether traces are wanted and where they go, as the standard variables say; nothing of OpenTelemetry is imported for it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from treadle.domain.errors import TreadleError

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
DEFAULT_COLLECTOR = "http://localhost:4318"
INSTALL = "pip install 'treadle[otel]'"
NEEDED = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http")


class TracesUnavailableError(TreadleError):
    """Traces are wanted, and something that they need is missing."""


def wanted(mode: str, environ: Mapping[str, str]) -> bool:
    """`mode` is on, off, or auto: where the environment names a collector or an exporter. The standard's switches win."""
    if mode == "off" or _said(environ, "OTEL_SDK_DISABLED").lower() == "true" or exporter_of(environ) == "none":
        return False
    return mode == "on" or bool(_said(environ, *ENDPOINTS) or _said(environ, "OTEL_TRACES_EXPORTER"))


def exporter_of(environ: Mapping[str, str]) -> str:
    """The exporter by its registered name. Of `otlp` that is the one of its protocol."""
    name = _said(environ, "OTEL_TRACES_EXPORTER") or "otlp"
    if name != "otlp":
        return name
    return "otlp_proto_grpc" if _said(environ, *PROTOCOLS) == "grpc" else "otlp_proto_http"


def collector_of(environ: Mapping[str, str]) -> str | None:
    """The address of the collector; None where the exporter is not OTLP's own."""
    return (_said(environ, *ENDPOINTS) or DEFAULT_COLLECTOR) if exporter_of(environ).startswith("otlp") else None


def is_installed() -> bool:
    try:
        return all(find_spec(name) is not None for name in NEEDED)
    except ModuleNotFoundError:  # not even the package around it
        return False


def _said(environ: Mapping[str, str], *names: str) -> str:
    """What the first of these variables says that says anything."""
    return next((value for name in names if (value := environ.get(name, "").strip())), "")
