"""The formats of well-known tokens and keys. Pure.

A row says what issues the token and how the issuer writes it. The prefixes were compared on 2026-11-28 with the rules
of gitleaks at b58d3f1 (config/gitleaks.toml). A row is stricter than the issuer where a looser one finds ordinary
words. Public identifiers (publishable keys, client ids, account SIDs, DSNs without a password) have no row.
"""

import functools
import re

_ISSUED = (
    ("a private key", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d"),
    ("a private key", r"\bAGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
    ("an AWS access key", r"(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Z0-9])"),
    ("an Amazon Bedrock API key", r"\bABSK[A-Za-z0-9+/]{100,}|\bbedrock-api-key-[A-Za-z0-9+/=]{20,}"),
    ("a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{36,})"),
    (
        "a GitLab token",
        r"\bgl(?:pat|dt|rt|ptt|soat|cbt|ft|imt|agent|oas|ffct)-[A-Za-z0-9_.-]{20,}|\bGR1348941[\w-]{20}",
    ),
    ("a Bitbucket or Atlassian token", r"\bAT(?:ATT3|CTT3|BB)[A-Za-z0-9_=-]{24,}"),
    ("a Slack token", r"\bxox[abceoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{10,}"),
    ("a Slack webhook", r"https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/\S{20,}"),
    ("a Discord webhook", r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{16,}/[\w-]{50,}"),
    ("a Microsoft Teams webhook", r"https://[\w.-]+\.webhook\.office\.com/webhookb2/\S{60,}"),
    ("a Discord bot token", r"\b[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,}"),
    ("a Telegram bot token", r"\b\d{8,10}:AA[\w-]{33}\b"),
    ("a Stripe key", r"\b(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,}|\bwhsec_[A-Za-z0-9+/=]{20,}"),
    ("a Square token", r"\b(?:EAAA|sq0atp-|sq0csp-)[\w-]{22,60}"),
    ("a Shopify token", r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    ("a Google API key", r"\bAIza[\w-]{35}"),
    ("a Google OAuth secret", r"\bGOCSPX-[\w-]{28}|\bya29\.[\w-]{20,}"),
    ("an Azure client secret", r"(?<![\w.~-])[\w.~]{3}\dQ~[\w.~-]{31,34}"),
    ("an Azure storage key", r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}=="),
    ("a shared access signature", r"[?&]sig=[A-Za-z0-9%+/=]{40,}"),
    ("an Alibaba Cloud access key", r"\bLTAI[A-Za-z0-9]{20}\b"),
    ("a DigitalOcean token", r"\bdo[opr]_v1_[a-f0-9]{64}"),
    ("a Heroku token", r"\bHRKU-AA[\w-]{58}"),
    ("a Fly.io token", r"\bfm[12][ar]?_[A-Za-z0-9+/]{100,}|\bfo1_[\w-]{43}"),
    ("a Databricks token", r"\bdapi[a-f0-9]{32}"),
    ("a Doppler token", r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]+\.)?[A-Za-z0-9]{40,}"),
    ("a Vault token", r"\bhv[bsr]\.[\w-]{24,}"),
    ("a Terraform Cloud token", r"\b[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}"),
    ("a Pulumi token", r"\bpul-[a-f0-9]{40}"),
    ("a 1Password token", r"\bops_eyJ[A-Za-z0-9+/]{100,}"),
    ("a Grafana token", r"\bgl(?:c_[A-Za-z0-9+/]{32,}|sa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8})"),
    ("a New Relic key", r"\bNRAK-[A-Z0-9]{27}|\bNRJS-[a-f0-9]{19}|\b[a-f0-9]{36}NRAL\b"),
    ("a Dynatrace token", r"\bdt0[a-z]\d{2}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{64}"),
    ("a Sentry token", r"\bsntry[su]_[A-Za-z0-9+/=_]{40,}"),
    ("a SendGrid key", r"\bSG\.[\w-]{16,}\.[\w-]{16,}"),
    ("a Mailgun key", r"\bkey-[a-f0-9]{32}\b"),
    ("a Mailchimp key", r"\b[a-f0-9]{32}-us\d{1,2}\b"),
    ("a Brevo key", r"\bxkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    ("an npm token", r"\bnpm_[A-Za-z0-9]{36}"),
    ("a PyPI token", r"\bpypi-AgE[\w-]{50,}"),
    ("a RubyGems token", r"\brubygems_[a-f0-9]{48}"),
    ("a Docker Hub token", r"\bdckr_[a-z]{3}_[\w-]{27,}"),
    ("a JFrog Artifactory token", r"\bAKCp[A-Za-z0-9]{69}\b|\bcmVmd[A-Za-z0-9]{59}\b"),
    ("a Hugging Face token", r"\bhf_[A-Za-z]{34}\b|\bapi_org_[A-Za-z]{34}\b"),
    ("an AI provider's key", r"\bsk-(?:ant-|proj-|svcacct-|admin-|or-)?[A-Za-z0-9_-]{32,}|\bpplx-[A-Za-z0-9]{40,}"),
    ("a Groq or xAI key", r"\bgsk_[A-Za-z0-9]{40,}|\bxai-[A-Za-z0-9]{60,}"),
    ("an Airtable token", r"\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}"),
    ("a Linear token", r"\blin_(?:api|oauth)_[A-Za-z0-9]{40,}"),
    ("a Notion token", r"\bntn_\d{11}[A-Za-z0-9]{35}|\bsecret_[A-Za-z0-9]{43}\b"),
    ("a Postman key", r"\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    ("a PlanetScale password", r"\bpscale_(?:tkn|oauth|pw)_[\w=.-]{32,}"),
    ("a Figma token", r"\bfig[dou]_[\w-]{36,}"),
    ("a JSON web token", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    (
        "an Authorization header",
        r"\b[Bb]earer\s+[A-Za-z0-9._~+/=-]{16,}|\b[Bb]asic\s+[A-Za-z0-9+/]{12,}={0,2}(?![\w+/=])",
    ),
)


@functools.cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((what, re.compile(pattern)) for what, pattern in _ISSUED)


def token_format(value: str) -> str | None:
    """Name the known format that some part of a value has; None where it has none."""
    return next((what for what, pattern in _patterns() if pattern.search(value)), None)
