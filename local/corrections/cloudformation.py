"""Where moto's CloudFormation answers otherwise than AWS documents.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Parameter.html
"""

import re
from ast import literal_eval
from html import unescape
from xml.sax.saxutils import escape

from local.corrections.request import Correction, Request
from local.front import Answer

_LIST = re.compile(r"(<ParameterValue>)(\[[^<]*\])(</ParameterValue>)")


def corrections() -> dict[str, Correction]:
    """Return what corrects CloudFormation, by operation."""
    return {"cloudformation:DescribeStacks": _describe_stacks}


def _describe_stacks(request: Request) -> Answer:
    """Spell the lists among a stack's parameters as they were given, with commas; moto spells them as Python does."""
    status, body = request.ask()
    return status, _LIST.sub(lambda found: found[1] + _commas(found[2]) + found[3], body)


def _commas(listed: str) -> str:
    return escape(",".join(str(each) for each in literal_eval(unescape(listed))))
