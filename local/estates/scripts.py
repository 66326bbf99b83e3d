"""Volumes whose tags are in many scripts and as long as AWS allows: text that strangers may write, in every report.

https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices
"""

from local.server import EmbeddedAws

LONGEST_KEY, LONGEST_VALUE = 128, 256
TAGS: tuple[dict[str, str], ...] = (
    {"Owner": "支付与结算平台工程团队", "Environment": "生产", "成本中心": "CC-1000"},
    {"Owner": ("决済基盤チーム・東京リージョン担当" * 20)[:LONGEST_VALUE], "Project": "한국어 프로젝트"},
    {"Owner": "\U0001f680 launch \U0001f469\u200d\U0001f680 team", "Environment": "\U0001f525" * LONGEST_VALUE},
    {"Owner": "فريق المدفوعات", "סביבה": "ייצור", "Environment": "safe\u202egnp.exe\u202c"},
    {"é" * LONGEST_KEY: "x" * LONGEST_VALUE, "CostCenter": '=HYPERLINK("https://example.com","open")'},
)
"""Chinese, Japanese and Korean; emoji beyond the basic plane; right to left with a mark that turns text round."""


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make a volume for each set of tags."""
    ec2 = aws.client("ec2", region)
    for tags in TAGS:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        ec2.create_volume(
            AvailabilityZone=f"{region}a",
            Size=1,
            Encrypted=True,
            TagSpecifications=[{"ResourceType": "volume", "Tags": pairs}],
        )
