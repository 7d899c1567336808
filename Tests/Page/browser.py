# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, with what the tests of the page need of it."""

import importlib.resources
import shutil
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

NAMES = ("chromium", "chromium-browser", "google-chrome")

# Records what the page sends and gets, before any of its scripts run.
RECORDER = """
window.recorded = [];
const original = window.fetch;
window.fetch = async (path, options = {}) => {
    const response = await original(path, options);
    if (options.method === "POST") window.recorded.push({ path: String(path), body: options.body });
    return response;
};
window.shift = 0;
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def missing():
    """What has to be installed; empty if nothing is missing."""
    browser = any(shutil.which(name) for name in NAMES)
    return [] if browser and shutil.which("chromedriver") else ["chromium", "chromium-driver"]


class Browser:
    def __init__(self, address):
        self.address = address
        options = webdriver.ChromeOptions()
        options.binary_location = next(path for path in map(shutil.which, NAMES) if path)
        for argument in (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-dev-shm-usage",
        ):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = Service(shutil.which("chromedriver"))
        self.driver = webdriver.Chrome(options=options, service=service)
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": RECORDER})
        self.size(1280)

    def close(self):
        self.driver.quit()

    def size(self, width, height=900):
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
        )

    def media(self, **features):
        """Emulates media features, such as prefers_color_scheme="dark"."""
        values = [
            {"name": name.replace("_", "-"), "value": value} for name, value in features.items()
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": values})

    def open(self, path):
        """Opens a path and waits until its view is drawn."""
        self.driver.get(self.address + path)
        self.settle()

    def settle(self):
        self.until("return !document.querySelector('[aria-busy]') && document.querySelector('h1')")

    def until(self, script, seconds=20):
        """Waits until a script returns something true, which is returned."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.run(script)
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError(f"not within {seconds} s: {script}\n{self.errors()}")

    def run(self, script, *values):
        return self.driver.execute_script(script, *values)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def errors(self):
        """The errors in the console since the last call."""
        entries = self.driver.get_log("browser")
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]

    def screenshot(self, path):
        self.driver.save_screenshot(str(path))

    def violations(self):
        """The serious violations of accessibility rules that axe-core finds."""
        script = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text()
        self.run(script)
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run().then((result) => done(result.violations));"
        )
        return [
            f"{rule['id']}: {rule['help']}: {[node['html'][:120] for node in rule['nodes'][:3]]}"
            for rule in found
            if rule["impact"] in ("serious", "critical")
        ]
