"""The calls of Elastic Beanstalk: the settings and the tags of each environment."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    environments = there.all("elasticbeanstalk", "describe_environments", "Environments")
    return {
        "elasticbeanstalk:DescribeEnvironments": REGIONS,
        "elasticbeanstalk:DescribeConfigurationSettings": len(environments),
        "elasticbeanstalk:ListTagsForResource": len(environments),
    }
