"""Builds the same raw data on several engines and compares the tables."""
