"""The probes of a stack, in order: a later one uses what an earlier one started."""

from muster.smoke.changes import near_real_time
from muster.smoke.crawler import crawled
from muster.smoke.lines import Probe
from muster.smoke.messages import alarm, queue, subscribers
from muster.smoke.outputs import dead_letters, outputs
from muster.smoke.queries import saved, view
from muster.smoke.scans import by_hand, closed_region, resumed
from muster.smoke.stream import read

PROBES = (
    Probe("outputs", outputs),
    Probe("manual scan", by_hand, "how IAM, key policies and service quotas act on it"),
    Probe("queue message", queue),
    Probe("resume", resumed),
    Probe("denied region", closed_region, "the wording of its refusals"),
    Probe("latest_findings", view, "that Athena's engine understands the stored view"),
    Probe("saved queries", saved, "that Athena's engine understands them"),
    Probe("subscribers", subscribers),
    Probe("alarm and its mail", alarm, "that the key's policy allows CloudWatch to publish, and that mail arrives"),
    Probe("event stream", read, "that Lambda may read it under the table's key"),
    Probe("near real time", near_real_time),
    Probe("crawler", crawled),
    Probe("dead-letter queues", dead_letters),
)
