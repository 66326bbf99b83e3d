"""Step Functions: state machines."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown

OFF = "OFF"
_LEVELS = ("ALL", "ERROR", "FATAL", OFF)


@facet
class StateMachine(Parsed):
    """DescribeStateMachine without the definition: the state, and the level of the log.

    A state machine without a logging configuration writes no log: OFF is the default of the level.
    https://docs.aws.amazon.com/step-functions/latest/apireference/API_LoggingConfiguration.html
    """

    status: str = read("status", kinds.text)
    log_level: str | Unknown = read("loggingConfiguration.level", kinds.defaulting(OFF, kinds.one_of(*_LEVELS)))
