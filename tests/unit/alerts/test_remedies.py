"""The texts of checks that digests show."""

from muster.alerts.remedies import of_catalog
from muster.catalog.catalog import load
from muster.catalog.custom import CustomCheck, extended

CUSTOM = CustomCheck(
    id="bucket-of-the-web",
    resource_type="AWS::S3::Bucket",
    condition="tags.own.Owner == 'web'",
    severity="HIGH",
    title="Buckets should belong to the web team.",
    why="They pay.",
    fix="Tag it.",
)


def test_each_check_has_its_fix_and_its_problem() -> None:
    remedy = of_catalog(load())["s3-bucket-versioning-enabled"]
    assert remedy.problem == "S3 versioning is off"
    assert remedy.fix.startswith("`aws s3api put-bucket-versioning --bucket NAME ")


def test_a_check_of_muster_yaml_has_its_fix_and_no_problem_but_its_title() -> None:
    remedy = of_catalog(extended(load(), [CUSTOM]))["bucket-of-the-web"]
    assert (remedy.fix, remedy.problem) == ("Tag it.", "")
