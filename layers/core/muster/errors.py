"""The errors of Muster, drawn as a tree.

* MusterError
  * ConfigurationError    what the user asked for cannot be done; nothing was scanned
  * CredentialsError      there are no credentials, or AWS does not accept them
  * EventError            a function was invoked with something that is not its input
  * Refused               AWS refuses the call for good; a retry fails again
  * Throttled             AWS asks us to come back later; a retry may succeed
  * Transient             AWS or the network failed; a retry may succeed

A class's name is an interface: the state machine decides by it whether to try again.
"""


class MusterError(Exception):
    """Any failure that Muster can explain in a sentence."""


class ConfigurationError(MusterError):
    """What the user asked for cannot be done; nothing was scanned."""


class CredentialsError(MusterError):
    """There are no credentials, or AWS does not accept them."""


class EventError(MusterError):
    """A function was invoked with something that is not its input."""


class Refused(MusterError):  # noqa: N818 - the state machine's executions end with it
    """AWS refuses the call for good; a retry fails again."""


class Throttled(MusterError):  # noqa: N818 - the state machine's ErrorEquals names it
    """AWS asks us to come back later; a retry may succeed."""


class Transient(MusterError):  # noqa: N818 - the state machine's ErrorEquals names it
    """AWS or the network failed; a retry may succeed."""
