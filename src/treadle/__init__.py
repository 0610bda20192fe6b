"""Durable workflows on the database you already have."""
