"""Reading AWS Config: the recorder of a region.

Without arguments both operations return the customer managed recorder only, of which a region has one at most.
https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigurationRecorders.html
"""

from muster.facets.security.config import Recorder, RecorderStatus
from muster.model.finding import REGION
from muster.model.readers import reads

recorder = reads(
    REGION, Recorder, "config:DescribeConfigurationRecorders",
    lambda config, _region: config.describe_configuration_recorders(),
)  # fmt: skip

recorder_status = reads(
    REGION, RecorderStatus, "config:DescribeConfigurationRecorderStatus",
    lambda config, _region: config.describe_configuration_recorder_status(),
)  # fmt: skip
