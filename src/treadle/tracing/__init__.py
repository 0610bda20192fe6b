"""Traces by OpenTelemetry: the only place that imports it, and only once traces are wanted."""
