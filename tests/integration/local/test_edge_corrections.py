"""The embedded AWS answers as CloudFront and the other services at the edge document."""

from typing import Any

import pytest

from local.server import ACCOUNT, EmbeddedAws

ORIGINS: dict[str, Any] = {
    "Quantity": 2,
    "Items": [
        {
            "Id": "site",
            "DomainName": "site.s3.amazonaws.com",
            "S3OriginConfig": {"OriginAccessIdentity": ""},
            "OriginAccessControlId": "E2QWRUHAPOMQZL",
        },
        {
            "Id": "api",
            "DomainName": "api.example.com",
            "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
        },
    ],
}
CERTIFICATE = {"ACMCertificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1", "SSLSupportMethod": "sni-only"}


def configuration(**fields: Any) -> dict[str, Any]:
    behavior = {"TargetOriginId": "site", "ViewerProtocolPolicy": "https-only"}
    given = {"CallerReference": "1", "Comment": "", "Enabled": True, "Origins": ORIGINS}
    return {**given, "DefaultCacheBehavior": behavior, **fields}


def test_a_distribution_keeps_its_origins_and_its_certificate(aws: EmbeddedAws) -> None:
    cloudfront = aws.client("cloudfront")
    made = cloudfront.create_distribution(DistributionConfig=configuration(ViewerCertificate=CERTIFICATE))
    (found,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    site, api = found["Origins"]["Items"]
    assert (site["S3OriginConfig"], site["OriginAccessControlId"]) == ({"OriginAccessIdentity": ""}, "E2QWRUHAPOMQZL")
    assert (api["CustomOriginConfig"]["OriginProtocolPolicy"], api["OriginAccessControlId"]) == ("https-only", "")
    assert found["ViewerCertificate"] == {"CloudFrontDefaultCertificate": False, **CERTIFICATE}
    assert (found["ConnectionMode"], found["Staging"], found["WebACLId"]) == ("direct", False, "")
    assert (found["Id"], found["CacheBehaviors"]) == (made["Distribution"]["Id"], {"Quantity": 0})
    assert not {"Logging", "DefaultRootObject"} & found.keys()


def test_a_distribution_is_changed_and_read_back(aws: EmbeddedAws) -> None:
    cloudfront = aws.client("cloudfront")
    made = cloudfront.create_distribution(DistributionConfig=configuration())
    name = made["Distribution"]["Id"]
    before = cloudfront.get_distribution_config(Id=name)["DistributionConfig"]
    assert (before["DefaultRootObject"], before["Logging"]["Enabled"]) == ("", False)
    assert before["ViewerCertificate"]["CloudFrontDefaultCertificate"] is True
    changed = {**before, "DefaultRootObject": "index.html"}
    cloudfront.update_distribution(Id=name, IfMatch=made["ETag"], DistributionConfig=changed)
    after = cloudfront.get_distribution_config(Id=name)["DistributionConfig"]
    assert (after["DefaultRootObject"], after["Origins"]) == ("index.html", before["Origins"])


def test_distributions_are_listed_in_pages(aws: EmbeddedAws) -> None:
    cloudfront = aws.client("cloudfront")
    for number in "12":
        cloudfront.create_distribution(DistributionConfig=configuration(CallerReference=number))
    first = cloudfront.list_distributions(MaxItems="1")["DistributionList"]
    second = cloudfront.list_distributions(MaxItems="1", Marker=first["NextMarker"])["DistributionList"]
    assert (first["IsTruncated"], second["IsTruncated"]) == (True, False)
    assert first["Items"][0]["Id"] != second["Items"][0]["Id"]


def test_a_stage_keeps_its_client_certificate_and_has_a_log_level(aws: EmbeddedAws) -> None:
    apigateway = aws.client("apigateway")
    api = apigateway.create_rest_api(name="orders")["id"]
    root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
    apigateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    apigateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    apigateway.create_deployment(restApiId=api, stageName="prod")
    changed = {"/clientCertificateId": "a1b2c3", "/*/*/caching/enabled": "true"}
    operations = [{"op": "replace", "path": path, "value": value} for path, value in changed.items()]
    apigateway.update_stage(restApiId=api, stageName="prod", patchOperations=operations)
    (stage,) = apigateway.get_stages(restApiId=api)["item"]
    assert (stage["clientCertificateId"], stage["tracingEnabled"]) == ("a1b2c3", False)
    assert stage["methodSettings"]["*/*"]["loggingLevel"] == "OFF"
    assert apigateway.get_stage(restApiId=api, stageName="prod")["clientCertificateId"] == "a1b2c3"


def test_report_groups_are_listed_by_arn_and_described(aws: EmbeddedAws) -> None:
    codebuild = aws.client("codebuild")
    export = {"exportConfigType": "S3", "s3Destination": {"bucket": "reports", "encryptionDisabled": True}}
    made = codebuild.create_report_group(name="shop", type="TEST", exportConfig=export)["reportGroup"]["arn"]
    assert codebuild.list_report_groups()["reportGroups"] == [made]
    found = codebuild.batch_get_report_groups(reportGroupArns=[made, f"{made}-gone"])
    (group,) = found["reportGroups"]
    assert (group["exportConfig"], found["reportGroupsNotFound"]) == (export, [f"{made}-gone"])


def test_a_certificate_is_issued_at_once(aws: EmbeddedAws) -> None:
    acm = aws.client("acm")
    acm.request_certificate(DomainName="shop.example.com")
    assert [each["Status"] for each in acm.list_certificates()["CertificateSummaryList"]] == ["ISSUED"]


def test_a_refusal_of_cloudfront_has_its_code(aws: EmbeddedAws) -> None:
    aws.refuse("cloudfront:ListDistributions")
    cloudfront = aws.client("cloudfront")
    with pytest.raises(cloudfront.exceptions.ClientError, match="AccessDenied"):
        cloudfront.list_distributions()
