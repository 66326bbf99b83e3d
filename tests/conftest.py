"""What all tests share: how Hypothesis searches."""

from hypothesis import HealthCheck, settings

_UNTIMED = (HealthCheck.too_slow,)

settings.register_profile("steady", deadline=None, suppress_health_check=_UNTIMED, derandomize=True)
settings.register_profile("search", deadline=None, suppress_health_check=_UNTIMED, max_examples=1_000)
# Nothing is timed, and the same tree gets the same answer everywhere; pytest --hypothesis-profile=search looks further.
settings.load_profile("steady")
