"""The answers of a lake as one HTML page: five questions, each with a sentence, its pictures and their data."""
