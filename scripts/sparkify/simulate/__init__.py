"""Invented logs and songs with the shape, the habits and, on request, the faults of the real ones."""
