"""Elastic Beanstalk: the settings of environments, without the environment variables that are among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.model.finding import Unknown

_HEALTH = ("aws:elasticbeanstalk:healthreporting:system", "SystemType")
_MANAGED = ("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled")
_LEVEL = ("aws:elasticbeanstalk:managedactions:platformupdate", "UpdateLevel")
_STREAM = ("aws:elasticbeanstalk:cloudwatch:logs", "StreamLogs")
_RETENTION = ("aws:elasticbeanstalk:cloudwatch:logs", "RetentionInDays")
_READ = {_HEALTH, _MANAGED, _LEVEL, _STREAM, _RETENTION}
_SWITCH = kinds.defaulting("false", kinds.one_of("true", "false"))
_HEALTH_TYPE = kinds.defaulting("basic", kinds.one_of("basic", "enhanced"))
_UPDATES = kinds.optional(kinds.one_of("patch", "minor"))


@dataclass(frozen=True, slots=True)
class EnvironmentSettings:
    """The settings that an environment runs with: those that are deployed, not a draft.

    An option that AWS leaves out has its documented default. `updates` is None where no level is set.
    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html
    """

    health: str | Unknown
    managed: str | Unknown
    updates: str | Unknown | None
    streams: str | Unknown
    retention_days: int | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeConfigurationSettings, which may have a draft beside the settings that are deployed.

        AWS answers an empty list to those who may not read the settings.
        """
        sets = response.get("ConfigurationSettings") or ()
        found = next((each for each in sets if each.get("DeploymentStatus") == "deployed"), None)
        if found is None or not found.get("OptionSettings"):
            missing = kinds.silent("ConfigurationSettings", "the settings that are deployed")
            return cls(missing, missing, missing, missing, missing)
        options = {key: each.get("Value") for each in found["OptionSettings"] if (key := _key(each)) in _READ}
        return cls(
            _HEALTH_TYPE(options.get(_HEALTH), _HEALTH[1]),
            _SWITCH(options.get(_MANAGED), _MANAGED[1]),
            _UPDATES(options.get(_LEVEL), _LEVEL[1]),
            _SWITCH(options.get(_STREAM), _STREAM[1]),
            _days(options.get(_RETENTION)),
        )


def _key(option: Mapping[str, Any]) -> tuple[Any, Any]:
    return option.get("Namespace"), option.get("OptionName")


def _days(value: Any) -> int | Unknown:
    """Read how long logs are kept: 7 days by default."""
    text = str(value or "7")
    if text.isascii() and text.isdigit():
        return int(text)
    return Unknown(f"AWS returned an unknown value for {_RETENTION[1]}: {value!r}")
