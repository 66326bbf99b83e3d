"""DataSync: logs of tasks."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class DataSyncTask(Parsed):
    """DescribeTask: where one task writes its log, and how much. A task has the mode BASIC unless AWS says otherwise.

    https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeTask.html
    """

    log_group: str = read("CloudWatchLogGroupArn", kinds.text)
    log_level: str | Unknown = read("Options.LogLevel", kinds.one_of("OFF", "BASIC", "TRANSFER"))
    mode: str | Unknown = read("TaskMode", kinds.defaulting("BASIC", kinds.one_of("BASIC", "ENHANCED")))
