"""Checks of CloudFormation stacks."""

from muster.facets.management.cloudformation import Stack
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable

_DELETE_FAILED = "DELETE_FAILED"
_OF_STACK_SETS = "StackSet-"


@check(severity=Severity.MEDIUM, controls=("FSBP CloudFormation.3",))
def cloudformation_termination_protection_check(stack: Stack) -> Verdict:
    """CloudFormation stacks should have termination protection.

    Problem: no termination protection
    Why: Without protection one wrong call deletes the stack, with its databases and everything else that it made.
    Fix: `aws cloudformation update-termination-protection --stack-name NAME --enable-termination-protection`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/cloudformation-termination-protection-check.html
    """
    if reason := _not_judged(stack):
        return not_applicable(reason)
    if known(stack.protected):
        return compliant("Termination protection is on")
    return non_compliant("Termination protection is off")


@check(severity=Severity.MEDIUM, controls=("FSBP CloudFormation.4",))
def cloudformation_stack_service_role_check(stack: Stack) -> Verdict:
    """CloudFormation stacks should have a service role.

    Stacks of StackSets, whose names begin with `StackSet-`, are not checked: they have no service role.

    Problem: stack has no service role
    Why: Without a service role, everyone who updates the stack needs permissions on everything in it, and can use them
      outside CloudFormation.
    Fix: Name each parameter of the stack with UsePreviousValue=true. The role stays with the stack from then on. `aws
      cloudformation update-stack --stack-name NAME --use-previous-template --role-arn ROLE-ARN --capabilities
      CAPABILITY_NAMED_IAM`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/cloudformation-stack-service-role-check.html
    """
    if reason := _not_judged(stack):
        return not_applicable(reason)
    if stack.role:
        return compliant(f"Service role is {stack.role.rpartition('/')[2]}")
    if stack.name.startswith(_OF_STACK_SETS):
        return not_applicable("Stack belongs to a StackSet")
    return non_compliant("Stack has no service role")


def _not_judged(stack: Stack) -> str:
    """Return why a stack is not judged: its root is, or it is about to go."""
    if stack.root or stack.parent:
        return f"Stack is nested in {_name(stack.root or stack.parent)}"
    return "Stack could not be deleted (DELETE_FAILED)" if stack.status == _DELETE_FAILED else ""


def _name(arn: str) -> str:
    """Return the name in the ARN of a stack, which ends with `stack/NAME/ID`."""
    _, _, rest = arn.partition("/")
    return rest.partition("/")[0] or arn
