"""The calls of SES: each configuration set is read once to be judged and once for its tags."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    sets = there.all("sesv2", "list_configuration_sets", "ConfigurationSets")
    return {"sesv2:ListConfigurationSets": REGIONS, "sesv2:GetConfigurationSet": 2 * len(sets)}
