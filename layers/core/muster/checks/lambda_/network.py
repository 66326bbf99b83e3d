"""Checks of the networks that Lambda functions run in, and of the websites that may call them."""

from muster.facets.ec2.subnets import SubnetZones
from muster.facets.lambda_.functions import Function, FunctionUrls
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted

_ANY = "*"


@check(severity=Severity.MEDIUM, controls=("FSBP Lambda.5",))
def lambda_multiple_zones(function: Function, subnets: SubnetZones, *, zones: int = 2) -> Verdict:
    """Lambda functions in a VPC should have subnets in several Availability Zones.

    `zones` is the required number. The check does not apply to functions that are not in a VPC.

    Problem: function is in too few zones
    Why: If the only Availability Zone fails, the function can reach nothing in the VPC, and invocations fail.
    Fix: `aws lambda update-function-configuration --function-name NAME --vpc-config
      SubnetIds=SUBNET-IN-ZONE-1,SUBNET-IN-ZONE-2,SecurityGroupIds=SECURITY-GROUP`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/lambda-vpc-multi-az-check.html
    """
    if not function.vpc:
        return not_applicable("The function is not in a VPC")
    answers = [subnets.zones.get(each, Unknown(f"AWS did not return subnet {each}")) for each in function.subnets]
    found = sorted({zone for zone in answers if isinstance(zone, str)})
    named = f"{counted(len(found), 'Availability Zone')} ({', '.join(found)})"
    if len(found) >= zones:
        return compliant(f"The function is in {named}")
    for zone in answers:
        known(zone)
    return non_compliant(f"The function is in {named}; use {zones} or more")


@check(severity=Severity.LOW, controls=("Security Hub Lambda.3",), opt_in=("required",))
def lambda_inside_vpc(function: Function, *, required: bool = False) -> Verdict:
    """Lambda functions should be in a VPC.

    The check is off until the setting `required` is on: most functions need nothing in a VPC.

    Problem: function is not in a VPC
    Why: In a VPC, security groups and flow logs control and record what the function connects to.
    Fix: The function's role needs the permissions of AWSLambdaVPCAccessExecutionRole. `aws lambda
      update-function-configuration --function-name NAME --vpc-config
      SubnetIds=SUBNET-IN-ZONE-1,SUBNET-IN-ZONE-2,SecurityGroupIds=SECURITY-GROUP`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/lambda-inside-vpc.html
    """
    if not required:
        return not_applicable("The setting required is off")
    if function.vpc:
        return compliant(f"The function is in VPC {function.vpc}")
    return non_compliant("The function is not in a VPC")


@check(severity=Severity.MEDIUM)
def lambda_url_cors_narrow(urls: FunctionUrls) -> Verdict:
    """Lambda function URLs should not accept cross-origin requests from every website.

    A function URL without CORS settings passes: browsers then block requests from other websites.

    Problem: any website may call the function URL
    Why: With the origin *, a script on any website can call the function from the browser of your users.
    Fix: `aws lambda update-function-url-config --function-name NAME --cors '{"AllowOrigins": ["https://HOST"]}'` For
      the URL of an alias: `aws lambda update-function-url-config --function-name NAME --qualifier ALIAS-NAME --cors
      '{"AllowOrigins": ["https://HOST"]}'`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
    """
    if not urls.urls:
        return not_applicable("The function has no function URL")
    authentication = dict(urls.urls)
    wide = [(name, credentials) for name, origins, credentials in urls.origins if _ANY in origins]
    if not wide:
        return compliant("No function URL accepts requests from every website")
    notes = ", ".join(
        f"{name}{' with credentials' if credentials else ''}"
        f"{', without authentication' if authentication.get(name) == 'NONE' else ''}"
        for name, credentials in wide
    )
    return non_compliant(f"Every website may call the function URL of {notes} (AllowOrigins: *)").about(
        *(name for name, _ in wide)
    )


@check(severity=Severity.MEDIUM, opt_in=("required",))
def lambda_environment_kms(function: Function, *, required: bool = False) -> Verdict:
    """Lambda functions should encrypt their environment variables with a customer managed key.

    The check is off until the setting `required` is on: without such a key, Lambda encrypts the variables with a key
    that AWS manages.

    Problem: no customer managed key for variables
    Why: Only the policy of your own key can limit who may decrypt the variables.
    Fix: `aws lambda update-function-configuration --function-name NAME --kms-key-arn KEY-ARN`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    """
    if not required:
        return not_applicable("The setting required is off")
    if not known(function.variables):
        return not_applicable("No environment variables")
    if function.kms_key:
        return compliant(f"Environment variables are encrypted with {function.kms_key}")
    return non_compliant("Environment variables are encrypted with an AWS managed key, not with a customer managed key")
