"""The text of a first muster.yaml, with comments. Pure."""

import json
from collections.abc import Mapping

from muster.errors import ConfigurationError

OWN, NONE, ANY = "own", "none", "any"
"""The answers that leave a key out."""
_HEAD = """\
# What Muster scans, with which checks and settings, and which failures are accepted.
# 'muster validate' finds mistakes, 'muster config' prints what holds.
# docs/configuration.md has every key.
"""
_TAIL = """
# Settings of single checks: 'muster explain CHECK' lists them.
# settings:
#   s3-bucket-lifecycle-covers-old-objects: {older_than_days: 30}

# Checks of the packs that read CloudWatch metrics. CloudWatch charges for them; 'muster estimate' prints how much.
# metrics: true

# Failures that are accepted until a day. 'muster suppress' writes them.
# suppressions:
#   - check: s3-bucket-versioning-enabled
#     resource: arn:aws:s3:::scratch-*
#     reason: emptied every night
#     owner: data
#     expires: 2027-03-31
"""


def drafted(answers: Mapping[str, str], role: str) -> str:
    """Return the file for some answers; a question without one is left out. Lists are words with commas between.

    Raises:
        ConfigurationError: a list has no word.
    """
    parts = [_HEAD]
    if "packs" in answers:
        parts.append(_packs(answers["packs"], tags=answers.get("required_tags", NONE)))
    if "accounts" in answers:
        parts.append(_accounts(answers["accounts"], role))
    if "regions" in answers:
        parts.append(_regions(answers["regions"]))
    if "required_tags" in answers:
        parts.append(_tags(answers["required_tags"]))
    if "alert_severity" in answers:
        parts.append(_alerts(answers["alert_severity"]))
    return "".join([*parts, _TAIL])


def _packs(answer: str, *, tags: str) -> str:
    about = "\n# Packs of checks: 'muster list packs'."
    from muster.catalog.packs import DEFAULT

    if answer.strip() == DEFAULT[0]:
        return f"{about} Without packs: {DEFAULT[0]}, and the checks that the keys below turn on.\n# packs: [all]\n"
    chosen = f"{about}\npacks: {_list(answer)}\n"
    if _says(tags, NONE):
        return chosen
    return f"{chosen}\n# Checks besides those of the packs.\nchecks: [required-tags, tag-keys-spelled-alike]\n"


def _says(answer: str, word: str) -> bool:
    return answer.strip().lower() == word


def _accounts(answer: str, role: str) -> str:
    if _says(answer, OWN):
        return (
            "\n# The account of the credentials is scanned. For others:\n"
            "# accounts:\n#   include: [all]\n#   role: MusterMemberRole\n"
        )
    return (
        "\n# Accounts: ids, organizational units, or all. The role is assumed in each but the first.\n"
        f"accounts:\n  include: {_list(answer)}\n  role: {json.dumps(role)}\n"
    )


def _regions(answer: str) -> str:
    if _says(answer, OWN):
        return "\n# The region of the profile is scanned. For others:\n# regions: [eu-west-1, us-east-1]\n"
    return f"\n# Regions by name, or all.\nregions: {_list(answer)}\n"


def _tags(answer: str) -> str:
    if _says(answer, NONE):
        return (
            "\n# Required tags. Without them, no pack runs checks of tags.\n"
            "# tags:\n#   required: [Owner, Environment]\n"
        )
    return f"\n# Tags that every resource must have.\ntags:\n  required: {_list(answer)}\n"


def _alerts(answer: str) -> str:
    route = "#   routes:\n#     - {name: everyone, severity: HIGH, to: [topic]}\n"
    if _says(answer, ANY):
        return f"\n# Alerts of the stack. Without routes, all news goes to the stack's topic.\n# alerts:\n{route}"
    severity = json.dumps(answer.strip().upper())
    return (
        "\n# Alerts of the stack: a route for each audience. docs/alerts.md has the destinations.\n"
        f"alerts:\n  routes:\n    - name: everyone\n      severity: {severity}\n      to: [topic]\n"
    )


def _list(answer: str) -> str:
    words = [each.strip() for each in answer.split(",") if each.strip()]
    if not words:
        raise ConfigurationError("an answer is empty\n  try: names with commas between")
    return json.dumps(words, ensure_ascii=False)
