"""CloudFormation: stacks."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class Stack(Parsed):
    """One stack of DescribeStacks; `root` is the ARN of the stack that a nested one belongs to.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html
    """

    name: str = read("StackName", kinds.required)
    status: str = read("StackStatus", kinds.text)
    protected: bool | Unknown = read("EnableTerminationProtection", kinds.flag)
    role: str = read("RoleARN", kinds.text)
    root: str = read("RootId", kinds.text)
    parent: str = read("ParentId", kinds.text)
