"""What EC2 and STS say of an estate, in the XML that they answer with.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html shows the members of an instance.
"""

import operator
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from testing.fake_aws.estate import Estate, Instance

_EC2 = "http://ec2.amazonaws.com/doc/2016-11-15/"
_STS = "https://sts.amazonaws.com/doc/2011-06-15/"
REQUEST_ID = "7f1c2d3e-4b5a-4697-8899-aabbccddeeff"
_CODES = {"running": "16", "stopped": "80"}
_NAME = re.compile(r"\{(\w+)\}")
_TAG = """
                    <item>
                        <key>{}</key>
                        <value>{}</value>
                    </item>"""
_ASSOCIATION = """<association>
                                <publicIp>{}</publicIp>
                                <publicDnsName>{}</publicDnsName>
                                <ipOwnerId>amazon</ipOwnerId>
                            </association>
                            """

Page = Callable[[Iterable[Instance], str], list[str]]
"""Renders instances of a region."""


def instances_page(owner: str) -> Page:
    """Return what renders instances: the template is read and taken apart once."""
    text = (Path(__file__).parent / "instance.xml").read_text(encoding="ascii")

    def rendered(instances: Iterable[Instance], region: str) -> list[str]:
        form = text.replace("{owner}", owner).replace("{region}", region)
        facts_of = operator.itemgetter(*_NAME.findall(form))
        form = _NAME.sub("%s", form)
        return [form % facts_of(_facts(instance, region)) for instance in instances]

    return rendered


def describe_instances(pieces: list[str], token: str) -> bytes:
    """Return the answer with instances that are rendered, and where the next page is."""
    more = f"    <nextToken>{token}</nextToken>\n" if token else ""
    head = f"    <requestId>{REQUEST_ID}</requestId>\n    <reservationSet>\n"
    return _answer("DescribeInstances", "".join((head, *pieces, "    </reservationSet>\n", more)))


def describe_regions(regions: Iterable[str]) -> bytes:
    """Return the regions that are enabled."""
    items = "".join(
        f"        <item>\n            <regionName>{name}</regionName>\n"
        f"            <regionEndpoint>ec2.{name}.amazonaws.com</regionEndpoint>\n"
        "            <optInStatus>opt-in-not-required</optInStatus>\n        </item>\n"
        for name in regions
    )
    return _answer("DescribeRegions", _request_id() + f"    <regionInfo>\n{items}    </regionInfo>\n")


def empty_list(operation: str, name: str) -> bytes:
    """Return an answer that lists nothing."""
    return _answer(operation, _request_id() + f"    <{name}/>\n")


def ebs_encryption_by_default() -> bytes:
    """Return that new volumes are encrypted."""
    inner = "    <ebsEncryptionByDefault>true</ebsEncryptionByDefault>\n    <sseType>sse-ebs</sseType>\n"
    return _answer("GetEbsEncryptionByDefault", _request_id() + inner)


def ec2_error(code: str, message: str) -> bytes:
    """Return an error as EC2 says it."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
        f"<RequestID>{REQUEST_ID}</RequestID></Response>"
    ).encode()


def caller_identity(account: str, arn: str) -> bytes:
    """Return who the credentials belong to."""
    inner = f"<Arn>{arn}</Arn>\n<UserId>AIDAEXAMPLE</UserId>\n<Account>{account}</Account>"
    return _sts("GetCallerIdentity", inner)


def assumed_role(arn: str, key: str, until: str) -> bytes:
    """Return credentials of a role."""
    return _sts(
        "AssumeRole",
        f"<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:muster</AssumedRoleId><Arn>{arn}</Arn></AssumedRoleUser>\n"
        f"<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>"
        f"<SessionToken>token-of-{key}</SessionToken><Expiration>{until}</Expiration></Credentials>",
    )


def sts_error(code: str, message: str) -> bytes:
    """Return an error as STS says it."""
    return (
        f'<ErrorResponse xmlns="{_STS}">\n<Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{message}</Message></Error>\n<RequestId>{REQUEST_ID}</RequestId>\n</ErrorResponse>"
    ).encode()


def regions_of(estate: Estate, without: Iterable[str]) -> list[str]:
    """Return the regions of an estate that its account has enabled."""
    left_out = set(without)
    return [name for name in estate.all_regions if name not in left_out]


def _facts(instance: Instance, region: str) -> dict[str, str]:
    number, ip = instance.number, instance.public_ip
    private = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    dns = f"ec2-{ip.replace('.', '-')}.{region}.compute.amazonaws.com" if ip else ""
    return {
        "hex": instance.id[2:],
        "code": _CODES[instance.state],
        "state": instance.state,
        "dashed": private.replace(".", "-"),
        "dns": dns,
        "day": f"{number % 28 + 1:02d}",
        "monitoring": instance.monitoring,
        "private": private,
        "address": f"<ipAddress>{ip}</ipAddress>\n                    " if ip else "",
        "tags": "".join([_TAG.format(key, value) for key, value in instance.tags.items()]),
        "association": _ASSOCIATION.format(ip, dns) if ip else "",
        "tokens": instance.tokens,
        "endpoint": instance.endpoint,
    }


def _request_id() -> str:
    return f"    <requestId>{REQUEST_ID}</requestId>\n"


def _answer(operation: str, body: str) -> bytes:
    name = f"{operation}Response"
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{_EC2}">\n'
    return "".join((head, body, f"</{name}>")).encode()


def _sts(operation: str, result: str) -> bytes:
    return (
        f'<{operation}Response xmlns="{_STS}">\n<{operation}Result>\n{result}\n</{operation}Result>\n'
        f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata>\n</{operation}Response>"
    ).encode()
