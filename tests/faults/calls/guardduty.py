"""The calls of GuardDuty."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    return {
        "guardduty:ListDetectors": REGIONS,
        "guardduty:GetDetector": len(there.all("guardduty", "list_detectors", "DetectorIds")),
    }
