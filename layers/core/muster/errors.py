"""The errors of Muster, drawn as a tree.

* MusterError
  * ConfigurationError    what the user asked for cannot be done; nothing was scanned
  * CredentialsError      there are no credentials, or AWS does not accept them
  * EventError            a function was invoked with something that is not its input
  * Refused               AWS refuses the call for good; a retry fails again
  * Damaged               an object in the report bucket is not as Muster wrote it
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


class Damaged(MusterError):  # noqa: N818 - it says what the object is
    """An object in the report bucket is not as Muster wrote it; the message names it, what is wrong, and what to do.

    `etag` is the version of the object, empty where it is not known.
    """

    def __init__(self, text: str, etag: str = "") -> None:
        """Keep the version, so that the object can be replaced."""
        super().__init__(text)
        self.etag = etag


class Throttled(MusterError):  # noqa: N818 - the state machine's ErrorEquals names it
    """AWS asks us to come back later; a retry may succeed."""


class Transient(MusterError):  # noqa: N818 - the state machine's ErrorEquals names it
    """AWS or the network failed; a retry may succeed."""
