"""Amazon Connect: instances."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class ConnectFlowLogs(Parsed):
    """Whether an instance writes logs of its flows to CloudWatch Logs: the text `true` or `false`.

    https://docs.aws.amazon.com/connect/latest/APIReference/API_Attribute.html
    """

    enabled: str | Unknown = read("Attribute.Value", kinds.one_of("true", "false"), "whether flow logs are on")
