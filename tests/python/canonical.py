"""The canonical text of rows, which tests compare tables by, under the name that they know it by."""

from sparkify.canonical import NULL, SEPARATOR, canonical_row, canonical_value, first_differences, table_hash

__all__ = ["NULL", "SEPARATOR", "canonical_row", "canonical_value", "first_differences", "table_hash"]
