"""Writes docs/images/report.png: the report of a scan of the demo's small estate, as Chromium shows it.

.venv/bin/python -m tools.screenshot
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import click
from playwright.sync_api import sync_playwright

from local import estates
from local.playground import variables
from local.server import EmbeddedAws
from muster.cli import main as muster

ROOT = Path(__file__).resolve().parent.parent
IMAGE = ROOT / "docs" / "images" / "report.png"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
WIDTH, HEIGHT = 1280, 860


@click.command(help=__doc__)
@click.option("--output", type=click.Path(path_type=Path), default=IMAGE, show_default=False)
@click.option("--address", default="", help="The part of the address after the file, like #by=check.")
@click.option("--dark", is_flag=True)
def main(output: Path, address: str, dark: bool) -> None:
    """Scan the estate, open the report, and take the picture."""
    script = ROOT / "tests" / "browser" / "install_chromium.sh"
    found = subprocess.run([str(script)], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()  # noqa: S603 - our own script
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        _scan(report)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
            page = browser.new_page(
                viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="dark" if dark else "light"
            )
            page.goto(f"{report.as_uri()}{address}")
            page.wait_for_selector("html[data-ready]", state="attached")
            page.screenshot(path=output)
            browser.close()
    print(f"{output}: {output.stat().st_size // 1024} kB")


def _scan(report: Path) -> None:
    with EmbeddedAws() as aws:
        estates.seed_all(aws)
        os.environ |= {
            **variables(aws.endpoint),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        regions = [word for region in estates.REGIONS for word in ("--region", region)]
        muster(["scan", *regions, "--quiet", "--output", str(report)])


if __name__ == "__main__":
    sys.exit(main())
