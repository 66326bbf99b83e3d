"""From resources to the contents of a bundle: who owns each, its whole configuration, and what stands in the way."""

from collections.abc import Callable, Iterable, Sequence

from muster.bundle.contents import Contents, Imported, LeftOut, in_order, left_out
from muster.bundle.kinds import FUNCTION, TYPES
from muster.bundle.listing import Listing, Place
from muster.bundle.stacks import Stacks, read_stacks, together
from muster.model.finding import GLOBAL, Resource, Unavailable
from muster.properties.conversion import Conversion, convert, converters
from muster.scanning.cache import SingleFlight
from muster.snapshots.form import forms
from muster.snapshots.reading import How, read_snapshots
from muster.snapshots.snapshot import Snapshot

Step = Callable[[str, int, int], None]
"""Takes what is being done, how many resources are read, and how many there are."""
_SECRETS = "Environment.Variables: the values may be secrets, and a bundle never holds them"


def gather(place: Place, listing: Listing, step: Step = lambda _what, _done, _all: None) -> Contents:
    """Read what was listed, and return what can be imported and what cannot."""
    resources = list({each.identity: each for each in listing.resources}.values())
    out = list(listing.unread)
    resources = _of_known_types(resources, out)
    step("looking for stacks", 0, len(resources))
    stacks = _stacks_of(place, resources)
    wanted = [each for each in resources if _free(each, stacks, out)]
    imported: list[Imported] = []
    named = forms()
    forms_of = [(each, named[each.type]) for each in wanted]
    snapshots = read_snapshots(place.clients, forms_of, place.home, how=How(place.retrier, SingleFlight()))
    for done, snapshot in enumerate(snapshots, 1):
        step("reading", done, len(wanted))
        one = _judged(snapshot, stacks[snapshot.resource.region], place.home)
        if isinstance(one, Imported):
            imported.append(one)
        else:
            out.append(one)
    imported.sort(key=lambda each: (each.region, TYPES.index(each.resource.type), each.name))
    return Contents(place.account_id, place.partition, tuple(imported), in_order(out), tuple(listing.gaps))


def _of_known_types(resources: Sequence[Resource], out: list[LeftOut]) -> list[Resource]:
    out += [left_out(each, "Muster cannot import resources of this type") for each in resources if not _known(each)]
    return [each for each in resources if _known(each)]


def _known(resource: Resource) -> bool:
    return resource.type in TYPES and resource.type in forms() and resource.type in converters()


def _stacks_of(place: Place, resources: Iterable[Resource]) -> dict[str, Stacks]:
    """Return the stacks that may own resources of each region; a role may be of a stack in any region."""
    regions = {each.region for each in resources}
    read = {region: read_stacks(place.clients, (region,), place.retrier) for region in sorted(regions - {GLOBAL})}
    if GLOBAL in regions:
        gaps = (place.everywhere,) if isinstance(place.everywhere, Unavailable) else ()
        everywhere = place.regions if isinstance(place.everywhere, Unavailable) else place.everywhere
        others = [each for each in everywhere if each not in read]
        read[GLOBAL] = together((*read.values(), read_stacks(place.clients, others, place.retrier), Stacks(gaps=gaps)))
    return read


def _free(resource: Resource, stacks: dict[str, Stacks], out: list[LeftOut]) -> bool:
    """Whether no stack owns a resource; otherwise, or where that is not known, it is left out."""
    known = stacks[resource.region]
    if owner := known.owner(resource.type, resource.id):
        out.append(left_out(resource, f"it belongs to the CloudFormation stack {owner}"))
        return False
    if known.gaps:
        reasons = dict.fromkeys(f"{gap.reason}{_needs(gap)}" for gap in known.gaps)
        why = f"it is not known whether a CloudFormation stack owns it: {'; '.join(reasons)}"
        out.append(left_out(resource, why, unread=True))
        return False
    return True


def _judged(snapshot: Snapshot, stacks: Stacks, home: str) -> Imported | LeftOut:
    resource = snapshot.resource
    if not snapshot.exists:
        return left_out(resource, "it does not exist", unread=True)
    conversion = convert(snapshot)
    reasons = dict.fromkeys((*_obstacles(snapshot, conversion), *_owned_parts(conversion, stacks)))
    if reasons:
        unread = any(each.setting in snapshot.unread for each in conversion.obstacles)
        return left_out(resource, *reasons, unread=unread)
    region = home if resource.region == GLOBAL else resource.region
    return Imported(resource, conversion.resources, conversion.remarks, region)


def _obstacles(snapshot: Snapshot, conversion: Conversion) -> Iterable[str]:
    for each in conversion.obstacles:
        gap = snapshot.unread.get(each.setting)
        if gap is None:
            yield f"{each.setting}: {each.reason}"
        else:
            yield f"{each.setting} could not be read: {gap.reason}{_needs(gap)}"
    for made in conversion.resources:
        if made.type == FUNCTION and (made.properties.get("Environment") or {}).get("Variables"):
            yield _SECRETS


def _owned_parts(conversion: Conversion, stacks: Stacks) -> Iterable[str]:
    """Yield the parts of a resource that a stack owns, such as the policy of a bucket that is in none."""
    for each in conversion.resources[1:]:
        for value in each.identifier.values():
            if owner := stacks.owner(each.type, str(value)):
                yield f"its {each.type} belongs to the CloudFormation stack {owner}"


def _needs(gap: Unavailable) -> str:
    return f" (needs {gap.permission})" if gap.permission else ""
