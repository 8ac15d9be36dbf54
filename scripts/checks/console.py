"""Uses the console in Chromium as people do, and fails at the first thing that they would stumble over.

    console.py <folder of the executables> <folder for pictures> [--docs]

Needs an AWS, of which AWS_ENDPOINT_URL tells, Debian's chromium, and playwright and axe from requirements.txt. Each page is
looked at with and without JavaScript, light and dark, and on a narrow phone: it must load nothing that fails, write nothing
to the browser's console, be no wider than the window, and break no rule of axe for WCAG 2 AA. Each action is done with and
without JavaScript. A picture of each page is left in the folder. --docs takes those that the documents show, too.
"""

import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from allocations import Service, data_plane

DOCUMENTS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "pictures"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
LOOKS = {
    "light": {"viewport": DESKTOP, "color_scheme": "light"},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light"},
    "plain": {"viewport": DESKTOP, "java_script_enabled": False},
}
PAGES = ["", "?range=day", "/jobs", "/jobs?status=FAILED_FINAL&type=drill", "/incidents", "/types", "/workers", "/submit",
         "/keys", "/audit"]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}, "resultTypes": ["violations"]}


def main():
    binaries, pictures = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    pictures.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=20_000)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        folder = pathlib.Path(folder)
        environment = data_plane() | {"AUTH": "required", "HOST": "127.0.0.1", "RECONCILER": "off"}
        key = make_key(binaries, environment)
        with Service(binaries / "svc-api", environment, folder) as api, \
                Service(binaries / "svc-worker", environment, folder), \
                Service(binaries / "dlq-handler", environment, folder):
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            jobs = Jobs(api.port, key)
            jobs.prepare()
            check = Check(browser, f"http://127.0.0.1:{api.port}/console", key, jobs, pictures)
            for name, look in LOOKS.items():
                check.look_at_pages(name, look)
            for name in ("light", "plain"):
                check.act(name, LOOKS[name])
            check.keyboard()
            check.live()
            check.documentation()
            if "--docs" in sys.argv:
                check.take_pictures_for_documents()
            browser.close()
    print(f"console: {check.pages} pages looked at, {check.actions} actions done; pictures in {pictures}")


def make_key(binaries, environment):
    outcome = subprocess.run(
        [binaries / "svc-api", "keys", "create", "--scopes", "admin"],
        env=os.environ | environment, check=True, capture_output=True, text=True,
    )
    return outcome.stdout.strip()


class Jobs:
    """The jobs that the pages are about, submitted as programs do."""

    def __init__(self, port, key):
        self._port, self._key = port, key

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        fields = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body is not None else None, fields)
        answer = connection.getresponse()
        document = json.loads(answer.read())
        connection.close()
        return document

    def submit(self, kind, payload, **members):
        return self.ask("POST", "/jobs", {"type": kind, "payload": payload, **members})["jobId"]

    def prepare(self):
        done = [self.submit("transform", {"text": f"hello {number}"}) for number in range(8)]
        self.failed = [self.submit("drill", {"rate": 1, "class": "VALIDATION"}) for _ in range(4)]
        self.waiting = self.submit("transform", {"text": "later"}, delaySeconds=3600)
        self.unknown = self.submit("nobody.offers", {})
        for job in done + self.failed:
            self.wait(job, "SUCCEEDED", "FAILED_FINAL")

    def wait(self, job, *statuses):
        deadline = time.monotonic() + 60
        while (found := self.ask("GET", f"/jobs/{job}?wait=5"))["status"] not in statuses:
            if time.monotonic() > deadline:
                sys.exit(f"job {job} is {found['status']} and not one of {statuses}")


class Check:
    def __init__(self, browser, root, key, jobs, pictures):
        self._browser, self._root, self._key, self._jobs, self._pictures = browser, root, key, jobs, pictures
        self._axe = Axe()
        self._problems = []
        self.pages = self.actions = 0

    def open(self, look, signed_in=True):
        """A page of a browser that has signed in; what goes wrong in it fails the check at the next step."""
        context = self._browser.new_context(**look)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda line: self._note(page, line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._note(page, f"a script failed: {error}"))
        if signed_in:
            self.sign_in(page)
        return page

    def sign_in(self, page):
        go(page, self._root)
        page.get_by_label("API key").fill(self._key)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_label("API key")).to_have_count(0)
        go(page, self._root)
        expect(page.get_by_role("heading", level=1)).to_have_text("Overview")

    # Looking

    def look_at_pages(self, name, look):
        page = self.open(look, signed_in=False)
        page.goto(f"{self._root}/sign-in")
        self.look(page, name, "sign-in", look)
        self.sign_in(page)
        # Written by the services every ten seconds.
        wait_for(page, "figures", lambda: go(page, self._root) and page.locator(".charts svg").count())
        pages = {re.sub("[^a-z]+", "-", path.lower()).strip("-") or "overview": path for path in PAGES}
        pages |= {
            "job-failed": f"/jobs/{self._jobs.failed[0]}",
            "job-waiting": f"/jobs/{self._jobs.waiting}",
            "job-unknown": f"/jobs/{self._jobs.unknown}",
        }
        for what, path in pages.items():
            answer = go(page, self._root + path)
            if answer.status != 200:
                fail(page, f"{path} is answered with {answer.status}")
            self.look(page, name, what, look)
        page.goto(self._root.removesuffix("/console") + "/docs")
        page.locator("#submitJob > summary").click()
        self.look(page, name, "docs", look)
        page.goto(self._root + "/nowhere")
        expect(page.get_by_role("heading", level=1)).to_have_text("Not Found")
        self.look(page, name, "not-found", look)
        page.context.close()

    def look(self, page, name, what, look):
        self.pages += 1
        self.judge()
        page.screenshot(path=self._pictures / f"{name}-{what}.png", full_page=True)
        if not look.get("java_script_enabled", True):
            return
        excess = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if excess > 0:
            fail(page, f"the page is {excess} pixels wider than the window")
        found = self._axe.run(page, options=RULES)
        if found.violations_count:
            fail(page, found.generate_report())

    # Acting

    def act(self, name, look):
        page = self.open(look, signed_in=False)
        go(page, f"{self._root}/jobs?type=drill")
        page.get_by_label("API key").fill("nonsense")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("The credential is not valid")
        page.get_by_label("API key").fill(self._key)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(f"{self._root}/jobs?type=drill")
        self.done()

        self.submit_and_redrive(page)
        self.change_types(page)
        self.make_keys(page, name)

        go(page, self._root)
        page.get_by_role("button", name=re.compile("Change it to dark")).click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        expect(page.get_by_role("button", name=re.compile("Change it to light"))).to_be_visible()
        self.done()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("API key")).to_be_visible()
        go(page, self._root)
        expect(page.get_by_label("API key")).to_be_visible()
        self.done()
        page.context.close()

    def submit_and_redrive(self, page):
        go(page, f"{self._root}/submit")
        page.get_by_label("Type", exact=True).fill("drill")
        page.get_by_label("Payload, as JSON").fill("{bad")
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_role("alert")).to_contain_text("not JSON")
        expect(page.get_by_label("Payload, as JSON")).to_have_value("{bad")
        page.get_by_label("Payload, as JSON").fill('{"rate": 1, "class": "VALIDATION"}')
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_role("status").filter(has_text="accepted")).to_be_visible()
        self.done()

        job = page.url.split("/")[-1].split("?")[0]
        self._jobs.wait(job, "FAILED_FINAL")
        wait_for(page, "the incident", lambda: go(page, f"{self._root}/incidents") and page.locator(f"a[href$='{job}']").count())
        page.get_by_role("button", name=f"Redrive …{job[-12:]}").click()
        expect(page.get_by_role("status").filter(has_text="starts anew")).to_be_visible()
        self.done()

        self._jobs.wait(job, "FAILED_FINAL")
        go(page, f"{self._root}/jobs/{job}")
        page.get_by_text("Redrive with another payload").click()
        page.get_by_label("Payload, as JSON").fill('{"rate": 0}')
        page.get_by_role("button", name="Redrive with this payload").click()
        expect(page.get_by_role("status").filter(has_text="starts anew")).to_be_visible()
        self._jobs.wait(job, "SUCCEEDED")
        self.done()

        job = self._jobs.submit("transform", {"text": "never"}, delaySeconds=3000)
        page.get_by_label("Job id").fill(job)
        page.get_by_label("Job id").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("SCHEDULED")
        page.get_by_role("button", name="Cancel the job").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("CANCELLED")
        self.done()

        go(page, f"{self._root}/jobs")
        page.locator("select[name=status]").select_option("CANCELLED")
        page.get_by_label("Type", exact=True).fill("transform")
        page.get_by_role("button", name="Filter").click()
        expect(page.locator(f"a[href$='{job}']")).to_be_visible()
        expect(page.locator(f"a[href$='{self._jobs.failed[0]}']")).to_have_count(0)
        self.done()

    def change_types(self, page):
        go(page, f"{self._root}/types")
        page.get_by_label("Reason to pause transform").fill("the store is away")
        page.get_by_role("button", name="Pause transform").click()
        expect(page.get_by_role("button", name="Resume transform")).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("^transform"))).to_contain_text("the store is away")
        page.get_by_role("button", name="Resume transform").click()
        expect(page.get_by_role("button", name="Pause transform")).to_be_visible()
        self.done()
        for rate, shown in (("7", "7 a second"), ("", "")):
            row = page.get_by_role("row", name=re.compile("^transform"))
            row.get_by_text("Limits", exact=True).click()
            page.get_by_label("Jobs of transform that a worker starts in a second").fill(rate)
            page.get_by_role("button", name="Limit transform").click()
            expect(page.get_by_role("row", name=re.compile("^transform")).locator("td").nth(5)).to_have_text(shown)
        self.done()

    def make_keys(self, page, name):
        go(page, f"{self._root}/keys")
        page.locator("#name").fill(f"of {name}")
        page.locator("#tenant").fill("acme")
        page.get_by_role("button", name="Make the key").click()
        secret = page.locator("code.secret")
        expect(secret).to_have_text(re.compile("^jobsys_dev_"))
        page.screenshot(path=self._pictures / f"{name}-key-made.png")
        go(page, f"{self._root}/keys")
        expect(secret).to_have_count(0)
        self.done()
        row = page.get_by_role("row").filter(has_text=f"of {name}").filter(has_text="active")
        row.get_by_text("Change").click()
        row.get_by_role("button", name="Rotate").click()
        expect(secret).to_have_text(re.compile("^jobsys_dev_"))
        self.done()
        row.first.get_by_text("Change").click()
        row.first.get_by_role("button", name="Revoke for good").click()
        expect(page.get_by_role("row").filter(has_text=f"of {name}").filter(has_text="revoked")).to_have_count(1)
        go(page, f"{self._root}/audit?action=key.revoke")
        expect(page.get_by_role("cell", name="key.revoke").first).to_be_visible()
        self.done()

    def keyboard(self):
        """A job is found, opened and left without a pointer."""
        page = self.open(LOOKS["light"])
        go(page, f"{self._root}/jobs")
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("Skip to the content")
        page.keyboard.press("Enter")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        focused = page.locator("table.list tbody tr.at a:focus")
        expect(focused).to_have_count(1)
        address = focused.get_attribute("href")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(re.escape(address)))
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("/")
        page.keyboard.type(self._jobs.waiting)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{self._root}/jobs/{self._jobs.waiting}")
        self.done()
        page.context.close()

    def documentation(self):
        """A request is sent from the page of the contract."""
        page = self.open(LOOKS["light"], signed_in=False)
        page.goto(self._root.removesuffix("/console") + "/docs#submitJob")
        page.get_by_label("API key or token").fill(self._key)
        page.locator("#submitJob").get_by_role("button", name="Send").click()
        expect(page.locator("#submitJob .answer")).to_contain_text("202")
        self.done()
        page.context.close()

    def live(self):
        """A page changes while somebody looks at it, and not under the hands of who fills in a form."""
        page = self.open(LOOKS["light"])
        job = self._jobs.submit("transform", {"text": "seen", "sleepMs": 3000})
        go(page, f"{self._root}/jobs/{job}")
        expect(page.locator("#live")).to_have_text("Live")
        expect(page.get_by_role("heading", level=1)).to_contain_text("SUCCEEDED", timeout=20_000)
        self.done()
        go(page, f"{self._root}/types")
        reason = page.get_by_label("Reason to pause transform")
        reason.fill("half written")
        self._jobs.ask("POST", "/types/drill/pause", {"reason": "by a program"})
        page.wait_for_timeout(4000)
        expect(reason).to_have_value("half written")
        reason.blur()
        expect(page.get_by_role("button", name="Resume drill")).to_be_visible()
        self._jobs.ask("POST", "/types/drill/resume")
        self.done()
        page.context.close()

    def take_pictures_for_documents(self):
        page = self.open(LOOKS["light"])
        DOCUMENTS.mkdir(exist_ok=True)
        for name, path in {"overview": "", "job": f"/jobs/{self._jobs.failed[0]}", "incidents": "/incidents"}.items():
            go(page, self._root + path)
            picture = DOCUMENTS / f"console-{name}.png"
            page.screenshot(path=picture)
            if picture.stat().st_size > 200_000:
                sys.exit(f"{picture} has {picture.stat().st_size} bytes, which is too much to load with a document")
        page.context.close()

    def done(self):
        self.actions += 1
        self.judge()

    def _note(self, page, text):
        # A form that is refused and a page that is not there are what the check asked for; 503 is asked again.
        if re.search(r"status of (401|404|422|503)", text) is None:
            self._problems.append(f"{page.url}: {text}")

    def judge(self):
        if self._problems:
            sys.exit("\n".join(self._problems))


def go(page, address):
    """Opens a page; where the emulator is too busy to answer in time, again, as the page says."""
    for _ in range(10):
        answer = page.goto(address)
        if answer.status != 503:
            return answer
        time.sleep(1)
    fail(page, "is not there")


def wait_for(page, what, condition):
    deadline = time.monotonic() + 40
    while not condition():
        if time.monotonic() > deadline:
            fail(page, f"{what} did not come")
        time.sleep(0.5)


def fail(page, text):
    sys.exit(f"{page.url}: {text}")


if __name__ == "__main__":
    main()
