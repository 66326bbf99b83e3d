"""The errors of Muster, drawn as a tree.

* MusterError             a failure with a sentence for the user
  * ConfigurationError    the configuration or the command cannot be carried out; nothing was scanned
  * CredentialsError      there are no credentials, or AWS does not accept them
  * EventError            a function was invoked with an event that is not its input
  * Refused               AWS refuses the call for good; a retry fails again
  * Damaged               an object in the report bucket is not as Muster wrote it
    * DamagedParts        parts of shards cannot be read: the shards count as not scanned
  * Throttled             AWS throttles the call; a retry may succeed
  * Transient             AWS or the network failed; a retry may succeed
  * AssumeRoleError       the role of an account cannot be assumed
  * Conflict              another process wrote the object meanwhile
  * Overtaken             another process got further with the same shard
  * Overwritten           another writer replaced the tags of a bucket in every round
  * BrokenError           `muster smoke`: the stack does not do what the line says
  * NotKnownError         `muster smoke`: a call that the line needs was refused or failed
  * NotShownError         `muster smoke`: there is nothing to try the line with
* Signal                  an answer that one function raises and another catches; no user sees it
  * ForeignEvent          an event of EventBridge has another shape than it documents
  * UnknownField          a check read a field that is not known
  * Malformed             a JSON value does not have the form that is read
  * TooDeepError          a YAML value is nested too deeply
  * NotPlain              an answer of HTTP that the kept connections leave to botocore
  * Truncated             an answer of HTTP that ends too early
  * Unreadable            a file is no Parquet file, or is damaged
  * ForeignVersion        another version of Muster wrote the check history
  * Unsent                a destination did not take an alert
  * NotParked             a message of the queue is no parked alert
  * Unprocessed           DynamoDB took a part of a batch, or nothing
  * Inexpressible         a property has no argument in Terraform: the resource is left out of a bundle
  * NotListed             a listing that would hold a resource does not: it does not exist
  * UnsupportedShape      the projecting parser cannot read this shape
* BotoCoreError           botocore's own; it hands these through to the caller
  * MfaError              a profile needs a code of an MFA device, and there is no terminal

A class stands beside the code that raises it. The name of a MusterError is an interface: the state machine decides by
it whether to retry. tests/infrastructure/test_rooms.py compares this tree with the classes of the package.
"""


class MusterError(Exception):
    """Any failure that Muster can explain in a sentence."""


class Signal(Exception):  # noqa: N818 - it is an answer, not an error
    """An answer that one function raises and another catches; no user sees it."""


class ConfigurationError(MusterError):
    """The configuration or the command cannot be carried out; nothing was scanned."""


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
