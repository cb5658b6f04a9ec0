"""A Trino server on this machine: the engine that Athena is made of, for tests and for comparing engines."""
