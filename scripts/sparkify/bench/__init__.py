"""Measurements of the project on this machine."""
