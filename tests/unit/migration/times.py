"""The time at which comparisons of tests are made."""

from datetime import UTC, datetime

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
