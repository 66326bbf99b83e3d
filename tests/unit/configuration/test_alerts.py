"""muster.yaml: the key `alerts`, what it becomes, and what is said of its mistakes."""

import json
import subprocess
import sys
import zoneinfo

import pytest

from muster.catalog import catalog
from muster.configuration import Alerts, Configuration, Destination, Kind, QuietHours, Route, parse
from muster.errors import ConfigurationError
from muster.model.finding import Severity

CATALOG = catalog.load()
HOOK = "https://hooks.slack.com/services/T000/B000/notARealSecret"
EVERYTHING = """
alerts:
  owner_tag: Team
  warn_days: 30
  quiet_hours: {from: "22:00", to: "07:00", timezone: Europe/Berlin, days: [sat, sun]}
  routes:
    - name: security
      severity: HIGH
      packs: [s3-compliance]
      accounts: ["123456789012"]
      units: [ou-ab12-cdef3456]
      owners: ["team-*"]
      to:
        - topic
        - {topic: "arn:aws:sns:eu-west-1:123456789012:security"}
        - {slack: "ssm:/muster/slack"}
        - {teams: "secretsmanager:muster/teams"}
        - {bus: default}
        - {bus: "arn:aws:events:eu-west-1:123456789012:event-bus/findings"}
        - {security_hub: true}
    - name: on-call
      severity: CRITICAL
      quiet_hours: false
      to: [topic]
    - name: night-shift
      quiet_hours: {days: [sun], still_send: CRITICAL}
      to: [topic]
"""


def mistakes(text: str) -> str:
    """Return what is said of a file that cannot be used."""
    with pytest.raises(ConfigurationError) as caught:
        parse(text, CATALOG)
    return str(caught.value)


def routed(destination: str) -> str:
    """Return a file with one route to one destination."""
    return f"alerts:\n  routes:\n    - name: all\n      to:\n        - {destination}\n"


def test_every_key_is_read() -> None:
    quiet = QuietHours("22:00", "07:00", "Europe/Berlin", ("sat", "sun"))
    assert parse(EVERYTHING, CATALOG).alerts == Alerts(
        "Team",
        30,
        quiet,
        (
            Route(
                "security",
                (
                    Destination(Kind.TOPIC),
                    Destination(Kind.TOPIC, "arn:aws:sns:eu-west-1:123456789012:security"),
                    Destination(Kind.SLACK, "ssm:/muster/slack"),
                    Destination(Kind.TEAMS, "secretsmanager:muster/teams"),
                    Destination(Kind.BUS, "default"),
                    Destination(Kind.BUS, "arn:aws:events:eu-west-1:123456789012:event-bus/findings"),
                    Destination(Kind.SECURITY_HUB),
                ),
                Severity.HIGH,
                ("s3-compliance",),
                ("123456789012",),
                ("ou-ab12-cdef3456",),
                ("team-*",),
                quiet,
            ),
            Route("on-call", (Destination(Kind.TOPIC),), Severity.CRITICAL),
            Route(
                "night-shift",
                (Destination(Kind.TOPIC),),
                quiet_hours=QuietHours(days=("sun",), still_send=Severity.CRITICAL),
            ),
        ),
    )


@pytest.mark.parametrize("text", [EVERYTHING, "alerts: {}", "", "alerts: {warn_days: 0, quiet_hours: {days: [mon]}}"])
def test_nothing_is_lost_on_the_way_to_the_plan(text: str) -> None:
    configuration = parse(text, CATALOG)
    assert Configuration.from_json(json.loads(json.dumps(configuration.to_json()))) == configuration
    assert parse(json.dumps({"alerts": configuration.to_json()["alerts"]}), CATALOG).alerts == configuration.alerts


def test_without_routes_everything_goes_to_the_topic_of_the_stack() -> None:
    alerts = parse("alerts: {quiet_hours: {days: [sun]}}", CATALOG).alerts
    assert alerts.in_force == (Route("everything", (Destination(Kind.TOPIC),), quiet_hours=QuietHours(days=("sun",))),)
    assert alerts.owner_tag == "Owner"
    assert alerts.warn_days == 14


def test_a_plan_of_an_earlier_version_has_the_defaults() -> None:
    document = Configuration().to_json()
    del document["alerts"]
    assert Configuration.from_json(document).alerts == Alerts()


@pytest.mark.parametrize(
    ("destination", "said"),
    [
        ("{topic: alerts}", "routes[0].to[0].topic: this is not the ARN of a standard SNS topic"),
        ("{topic: 'arn:aws:sqs:eu-west-1:123456789012:q'}", "to[0].topic: this is not the ARN of a standard SNS topic"),
        ("mail", "to[0]: this is not topic, or one of {topic: …}, {slack: …}"),
        ("{slack: nowhere}", "to[0].slack: this is not a reference to the webhook's URL, like ssm:/muster/slack"),
        ("{slack: 'ssm:'}", "to[0].slack: this is not a reference"),
        ("{teams: 'vault:teams'}", "to[0].teams: this is not a reference"),
        ("{slack: 5}", "to[0].slack: a reference to the webhook's URL"),
        ("{bus: 'two words'}", "to[0].bus: this is not the name or ARN of an event bus"),
        ("{bus: 'arn:aws:sns:eu-west-1:123456789012:t'}", "to[0].bus: this is not the name or ARN of an event bus"),
        ("{security_hub: false}", "to[0].security_hub: write true, or leave the line out"),
        ("{security_hub: 'yes'}", "to[0].security_hub: true is expected, not a text"),
        ("{slak: 'ssm:/muster/slack'}", "slak is not a destination; did you mean slack?"),
        ("{bus: default, security_hub: true}", "to[0]: one key is expected here, not several"),
        ("{}", "to[0]: the mapping is empty"),
        ("[topic]", "to[0]: topic, or one of"),
    ],
)
def test_a_destination_that_is_none_is_named(destination: str, said: str) -> None:
    assert said in mistakes(routed(destination))


@pytest.mark.parametrize(
    "destination",
    [
        f"{{slack: '{HOOK}'}}",
        f"{{teams: '{HOOK}'}}",
        f"{{topic: '{HOOK}'}}",
        f"{{bus: '{HOOK}'}}",
        f"{{security_hub: '{HOOK}'}}",
        f"{{webhook: '{HOOK}'}}",
        f"{{slack: ['{HOOK}']}}",
        f"{{slack: {{url: '{HOOK}'}}}}",
        f"{{slack: '{HOOK.removeprefix('https://')}'}}",
        HOOK,
    ],
)
def test_the_url_of_a_webhook_does_not_belong_into_the_file_and_is_not_repeated(destination: str) -> None:
    said = mistakes(routed(destination))
    assert "notARealSecret" not in said
    assert "hooks.slack" not in said


def test_a_url_instead_of_the_list_is_not_repeated() -> None:
    said = mistakes(f"alerts:\n  routes:\n    - {{name: all, to: '{HOOK}'}}\n")
    assert "a list is expected" in said
    assert "notARealSecret" not in said


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ("severity: SEVERE", "severity: SEVERE is not a severity; known are"),
        ("severity: high", "severity: high is not a severity; did you mean HIGH?"),
        ("packs: [s3-complianse]", "packs[0]: s3-complianse is not a pack; did you mean s3-compliance?"),
        ("accounts: ['1234']", "accounts[0]: '1234' is not an account id of 12 digits"),
        ("accounts: [123456789012]", "write it in quotes: '123456789012'"),
        ("units: [sandbox]", "units[0]: 'sandbox' is not an organizational unit like ou-ab12-cdef3456"),
        ("owners: []", "owners: the list is empty"),
        ("owners: [' ']", "owners[0]: the text is empty"),
        ("name: 'Two Words'", "name: 'Two Words' is not a name of small letters"),
        ("recipients: [topic]", "recipients is not a key"),
        ("quiet_hours: true", "quiet_hours: write the hours, or false for none"),
        ("quiet_hours: {from: '22:00'}", "quiet_hours: to is missing"),
        ("quiet_hours: {}", "quiet_hours: from and to, or days, are missing"),
        ("quiet_hours: {from: '22:00', to: '22:00'}", "from and to are both 22:00"),
        ("quiet_hours: {from: 22:00, to: '07:00'}", "write it in quotes: '22:00'"),
        ("quiet_hours: {from: '24:00', to: '07:00'}", "from: '24:00' is not a time of day like 07:00"),
        ("quiet_hours: {days: [saturday]}", "days[0]: saturday is not a weekday"),
        ("quiet_hours: {days: [mon, tue, wed, thu, fri, sat, sun]}", "all days are quiet"),
        (
            "quiet_hours: {days: [sun], timezone: Europe/Berln}",
            "Europe/Berln is not a time zone; did you mean Europe/Ber",
        ),
        ("quiet_hours: {days: [sun], timezone: Europe}", "Europe is not a time zone"),
        ("quiet_hours: {days: [sun], timezone: ../../etc/passwd}", "../../etc/passwd is not a time zone"),
        ("quiet_hours: {days: [sun], timezone: ''}", "'' is not a time zone"),
        ("quiet_hours: {days: [sun], timezone: /etc/localtime}", "/etc/localtime is not a time zone"),
        ("quiet_hours: {days: [sun], still_send: ALL}", "still_send: ALL is not a severity"),
    ],
)
def test_a_mistake_in_a_route_is_named(route: str, said: str) -> None:
    name = "" if route.startswith("name") else "name: all, "
    found = mistakes(f"alerts:\n  routes:\n    - {{{name}to: [topic], {route}}}\n")
    assert said in found
    assert found.startswith("muster.yaml:3: alerts.routes[0]")


@pytest.mark.parametrize(
    "text",
    [
        f"alerts: '{HOOK}'",
        f"alerts: {{routes: '{HOOK}'}}",
        f"alerts: {{routes: ['{HOOK}']}}",
        f"alerts: {{owner_tag: ['{HOOK}']}}",
        f"alerts: {{routes: [{{name: '{HOOK}', to: [topic]}}]}}",
        f"alerts: {{routes: [{{name: a, to: [topic], owners: '{HOOK}'}}]}}",
        f"alerts: {{routes: [{{name: a, to: [topic], severity: '{HOOK}'}}]}}",
        f"alerts: {{routes: [{{name: a, to: [{{'{HOOK}': slack}}]}}]}}",
        f"alerts: {{'{HOOK}': slack}}",
        f"'{HOOK}': slack",
        f"packs: ['{HOOK}']",
    ],
)
def test_the_url_of_a_webhook_in_a_wrong_place_is_not_repeated(text: str) -> None:
    said = mistakes(text)
    assert "notARealSecret" not in said
    assert said.startswith("muster.yaml:1: ")


@pytest.mark.parametrize(
    "reference", ["secretsmanager:hooks.slack.com/services/T0/B0/x", "ssm:/hooks.slack.com/services/x"]
)
def test_a_url_without_its_scheme_is_no_name_of_a_secret(reference: str) -> None:
    said = mistakes(routed(f"{{slack: '{reference}'}}"))
    assert "the URL itself is a secret" in said
    assert "services" not in said


@pytest.mark.parametrize(
    "text",
    [
        'alerts: {routes: [{name: a, to: ["topic\\n"]}]}',
        'alerts: {routes: [{name: "a\\n", to: [topic]}]}',
        'alerts: {routes: [{name: a, to: [{bus: "default\\n"}]}]}',
        'alerts: {routes: [{name: a, to: [{slack: "ssm:/muster/slack\\n"}]}]}',
        'alerts: {quiet_hours: {from: "22:00\\n", to: "07:00"}}',
        'regions: ["eu-west-1\\n"]',
        'regions: "all\\n"',
    ],
)
def test_a_line_break_at_the_end_of_a_value_is_a_mistake(text: str) -> None:
    assert mistakes(text).startswith("muster.yaml:1: ")


@pytest.mark.parametrize("zone", ["localtime", "posix/Europe/Berlin", "right/UTC", "posixrules"])
def test_a_time_zone_that_lambda_does_not_know_is_refused(zone: str) -> None:
    said = mistakes(f"alerts: {{quiet_hours: {{days: [sun], timezone: {zone}}}}}")
    assert f"{zone} is not a time zone" in said


def test_two_routes_of_one_name_are_refused() -> None:
    said = mistakes("alerts:\n  routes:\n    - {name: all, to: [topic]}\n    - {name: all, to: [topic]}\n")
    assert said == "muster.yaml:4: alerts.routes[1].name: the route all stands in line 3 already"


def test_a_destination_that_is_listed_twice_is_refused() -> None:
    said = mistakes("alerts:\n  routes:\n    - {name: all, to: [topic, topic]}\n")
    assert said == "muster.yaml:3: alerts.routes[0].to[1]: this destination is listed twice"


def test_a_route_without_name_or_destination_is_refused() -> None:
    assert "name and to are missing" in mistakes("alerts:\n  routes:\n    - {severity: HIGH}\n")


@pytest.mark.parametrize(("days", "said"), [("-1", "-1 is less than 0"), ("400", "400 is more than 365")])
def test_the_days_of_a_warning_have_bounds(days: str, said: str) -> None:
    assert said in mistakes(f"alerts: {{warn_days: {days}}}")


def test_all_mistakes_are_named_at_once() -> None:
    said = mistakes(
        "alerts:\n  quiet_hours: {from: '22:00'}\n  routes:\n    - {name: a, to: [topic], quiet_hours: true}\n"
    )
    assert [line.split(":")[1] for line in said.splitlines()] == ["2", "4"]


def test_a_secret_shows_by_its_reference_only() -> None:
    assert Destination(Kind.SLACK, "ssm:/muster/slack").name == "slack:ssm:/muster/slack"
    assert Destination(Kind.TOPIC).name == "topic"


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "America/Sao_Paulo", "Asia/Kathmandu", "Etc/GMT+5"])
def test_time_zones_exist_without_those_of_the_machine(name: str) -> None:
    """The images of Lambda come without time zones: the package tzdata has them."""
    code = f"import zoneinfo; zoneinfo.reset_tzpath(()); print(zoneinfo.ZoneInfo({name!r}))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert found.stdout.strip() == name
    assert name in zoneinfo.available_timezones()
