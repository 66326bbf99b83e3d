"""Write what follows from the code: parts of templates, the schema of muster.yaml, pages of the docs, the man page.

`python -m tools.generate` writes, `--check` fails when something is stale. Between `# generated: NAME` and
`# end of generated` nothing is written by hand.
"""

import json
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import botocore.loaders

from muster.alerts.destinations.event_schema import event_schema_text
from muster.catalog import changes
from muster.catalog.catalog import load
from muster.catalog.permissions import documents, iam_policy, scanner_statements
from muster.configuration import schema_text
from muster.configuration.selection import every_rule
from muster.migration.files import schema as migration_schema
from muster.migration.permissions import comparing_statements
from muster.migration.report import schema as report_schema
from muster.sdk.wire import service_models as models
from muster.tagging.permissions import tagging_statements
from muster.tagging.services import tag_apis
from tools import athena_sections, lambda_runtimes
from tools.controls_page import controls_page, with_coverage
from tools.findings_page import findings_page
from tools.man_page import man_page
from tools.migration_page import migration_page
from tools.service_models import operations, pruned

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
MEMBER_ROLE = ROOT / "member-role.yaml"
README = ROOT / "README.md"
CONTROLS_PAGE = ROOT / "docs" / "controls.md"
FINDINGS_PAGE = ROOT / "docs" / "findings.md"
MIGRATION_PAGE = ROOT / "docs" / "migration.md"
SCHEMA = ROOT / "docs" / "schemas" / "muster.schema.json"
EVENT_SCHEMA = ROOT / "docs" / "schemas" / "finding-event.json"
MIGRATION_SCHEMA = ROOT / "docs" / "schemas" / "migration.schema.json"
MIGRATION_REPORT_SCHEMA = ROOT / "docs" / "schemas" / "migration-report.schema.json"
MAN_PAGE = ROOT / "docs" / "man" / "muster.1"
RUNTIMES = ROOT / "layers" / "core" / "muster" / "data" / "lambda_runtimes.yaml"
_TAGS = ", ".join(
    ["{Key: Environment, Value: !Ref Environment}", "{Key: Purpose, Value: muster}"]
    + [f"{{Key: {name}, Value: !Ref {name}}}" for name in ("Owner", "CostCenter", "Project")]
)
_PATTERN = 2048
"""Characters of an event pattern: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html."""
_SECTION = re.compile(r"^( *)# generated: (\S+)\n(.*?)^ *# end of generated\n", re.DOTALL | re.MULTILINE)


def generated(template: str) -> str:
    """Return the template with its generated sections written anew."""
    catalog = load()
    policies = documents(scanner_statements(catalog, every_rule(catalog), "${AWS::Partition}"))
    sections = {
        "scanner-policies": _policies(policies),
        "scanner-policy-arns": _policy_arns(policies),
        "change-policy-arns": _policy_arns(policies),
        "tagging-permissions": _tagging_permissions(),
        "migration-permissions": "".join(_statement(each) for each in comparing_statements("${AWS::Partition}")),
        "change-rules": "".join(_change_rule(name, pattern) for name, pattern in _change_patterns().items()),
        "change-rule-names": "".join(f"- {_title(name)}ChangeRule\n" for name in _change_patterns()),
        "tables": athena_sections.tables_of(ROOT),
        "queries": athena_sections.queries(ROOT),
    }
    return _written(TEMPLATE.name, template, sections)


def generated_member_role(template: str) -> str:
    """Return the template of the member role with its permissions written anew: those of every check."""
    catalog = load()
    policy = iam_policy(catalog, every_rule(catalog), "${AWS::Partition}")
    policies = documents(policy["Statement"])
    sections = {
        "scanner-policies": _policies(policies),
        "scanner-policy-arns": _policy_arns(policies),
        "tagging-permissions": _tagging_permissions(),
    }
    return _written(MEMBER_ROLE.name, template, sections)


def _written(file: str, template: str, sections: Mapping[str, str]) -> str:
    if missing := sections.keys() - {match.group(2) for match in _SECTION.finditer(template)}:
        raise SystemExit(f"{file}: there is no section '# generated: {min(missing)}' with its end")

    def write(match: re.Match[str]) -> str:
        indent, name = match.group(1), match.group(2)
        body = textwrap.indent(sections[name], indent)
        return f"{indent}# generated: {name}\n{body}{indent}# end of generated\n"

    return _SECTION.sub(write, template)


def _policies(policies: Sequence[Mapping[str, Any]]) -> str:
    """Return the managed policies with the permissions of every check: PackNames can change without the roles."""
    return "".join(
        f"ScannerPolicy{number}:\n  Type: AWS::IAM::ManagedPolicy\n  Properties:\n"
        "    Description: What Muster reads.\n    Path: !Ref RolePath\n"
        f'    PolicyDocument:\n      Version: "2012-10-17"\n      Statement:\n'
        + "".join(textwrap.indent(_statement(each), " " * 8) for each in policy["Statement"])
        for number, policy in enumerate(policies, 1)
    )


def _policy_arns(policies: Sequence[Mapping[str, Any]]) -> str:
    return "".join(f"- !Ref ScannerPolicy{number}\n" for number, _ in enumerate(policies, 1))


def _tagging_permissions() -> str:
    """Return the permissions of the compliance tag on every type that can have it."""
    made = tagging_statements(tag_apis(), "${ComplianceTagKey}", "${AWS::Partition}")
    return "".join(_statement(each) for each in made)


def _statement(statement: Mapping[str, Any]) -> str:
    actions = "".join(f"    - {action}\n" for action in statement["Action"])
    text = f"- Sid: {statement['Sid']}\n  Effect: Allow\n  Action:\n{actions}"
    resources = statement["Resource"]
    if isinstance(resources, list):
        text += "  Resource:\n" + "".join(f"    - !Sub {each}\n" for each in resources)
    else:
        text += "  Resource: " + ('"*"' if resources == "*" else f"!Sub {resources}") + "\n"
    return text + "".join(_condition(*each) for each in statement.get("Condition", {}).items())


def _condition(operator: str, keys: Mapping[str, Any]) -> str:
    """Return a condition on one key whose values are placeholders."""
    ((key, values),) = keys.items()
    wanted = ", ".join(f"!Ref {each.removeprefix('${').removesuffix('}')}" for each in values)
    return f"  Condition:\n    {operator}:\n      {key}: [{wanted}]\n"


def _change_patterns() -> Mapping[str, Mapping[str, Any]]:
    """Return the event patterns by name: one or more for each service of the catalogue, one for instances."""
    patterns: dict[str, Mapping[str, Any]] = {}
    for source, each in sorted(changes.load().sources.items()):
        for number, pattern in enumerate(_call_patterns(source, sorted(each.names)), 1):
            patterns[source.partition(".")[0] + (f"-part-{number}" if number > 1 else "")] = pattern
    patterns["instance-state"] = {
        "source": ["aws.ec2"],
        "detail-type": [changes.INSTANCE_STATE],
        "detail": {"state": [*changes.INSTANCE_STATES]},
    }
    return patterns


def _call_patterns(source: str, names: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the patterns of a service's calls: as few as EventBridge's limit allows."""
    while names:
        count = next(each for each in range(len(names), 0, -1) if _length(_calls(source, names[:each])) <= _PATTERN)
        yield _calls(source, names[:count])
        names = names[count:]


def _calls(source: str, names: Sequence[str]) -> Mapping[str, Any]:
    detail = {"eventSource": [source], "eventName": [*names], "errorCode": [{"exists": False}]}
    return {"detail-type": [changes.API_CALL], "detail": detail}


def _length(pattern: Mapping[str, Any]) -> int:
    """Return the characters of a pattern as it may be sent: with a blank after each comma and colon."""
    return len(json.dumps(pattern))


def _title(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def _change_rule(name: str, pattern: Mapping[str, Any]) -> str:
    """Return a rule that sends events to the queue of changes."""
    return f"""{_title(name)}ChangeRule:
  Type: AWS::Events::Rule
  DependsOn: [ChangeQueuePolicy, ChangeDeadLetterQueuePolicy]
  Properties:
    Name: !Sub muster-changes-{name}-${{EnvironmentSuffix}}
    Description: Sends the changes that checks read to the queue of changes.
    State: !Ref ChangeEvents
    EventPattern: {json.dumps(pattern)}
    Targets:
      - Id: changes
        Arn: !GetAtt ChangeQueue.Arn
        DeadLetterConfig: {{Arn: !GetAtt ChangeDeadLetterQueue.Arn}}
        RetryPolicy: {{MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 3600}}
    Tags: [{_TAGS}]
"""


def generated_models() -> dict[Path, str]:
    """Return the service models that are cut down, from the botocore that is installed, which is the one pinned."""
    found = {}
    for service in models.PRUNED:
        builtin: Any = botocore.loaders.Loader()
        version = builtin.determine_latest_version(service, "service-2")
        whole = builtin.load_service_model(service, "service-2", version)
        left = pruned(whole, operations(load(), service))
        path = models.FOLDER / service / version / "service-2.json"
        found[path] = json.dumps(left, separators=(",", ":"), sort_keys=True) + "\n"
    return found


def main() -> None:
    """Write what is generated, or with `--check` say what of it is stale."""
    wanted = {
        TEMPLATE: generated(TEMPLATE.read_text(encoding="utf-8")),
        MEMBER_ROLE: generated_member_role(MEMBER_ROLE.read_text(encoding="utf-8")),
        SCHEMA: schema_text(load()),
        EVENT_SCHEMA: event_schema_text(),
        MIGRATION_SCHEMA: migration_schema.schema_text(),
        MIGRATION_REPORT_SCHEMA: report_schema.schema_text(),
        README: with_coverage(README.read_text(encoding="utf-8")),
        CONTROLS_PAGE: controls_page(),
        FINDINGS_PAGE: findings_page(),
        MIGRATION_PAGE: migration_page(MIGRATION_PAGE.read_text(encoding="utf-8")),
        MAN_PAGE: man_page(),
        RUNTIMES: lambda_runtimes.generated(),
        **generated_models(),
    }
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        if stale:
            names = ", ".join(path.name for path in stale)
            raise SystemExit(f"stale: {names}; run 'make generate' and commit")
        return
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")


if __name__ == "__main__":
    main()
