"""Opens reports in a real browser: `python3 tests/page/check.py CONVLAB FOLDER`.

Trains small networks on drawn images with the program CONVLAB, writes their pages into FOLDER in English and
Indonesian, and a comparison; then checks in headless Chromium, at the width of a phone and of a desk, in light and
dark, that each page

- logs no error and asks for nothing outside of itself,
- does not scroll sideways,
- has no serious finding by axe-core,
- stays below the size budget;

and that the filter selector changes the picture and a cell of the confusion matrix shows its images. Screenshots are
left in FOLDER for people to look at. Needs the packages in requirements.txt, and Chromium (CHROMIUM names the program
where it is not the first of chromium, chromium-browser, google-chrome).
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

BUDGET = 5 << 20
WIDTHS = {"phone": 360, "desk": 1280}
DATA = ["data.train_images=400", "data.test_images=200", "data.valid_fraction=0.2", "training.epochs=2"]
RUNS = {
    "two-conv": ["model.name=two-conv"],
    "lenet5": ["model.name=lenet5"],
    "dense": ["model.name=dense"],
    "photographs": ["data.dataset=pets", 'model.layers=["conv 8 3x3 stride 2 relu","global-avg-pool","dense classes"]'],
}


def make_pages(convlab: str, folder: Path) -> list[Path]:
    def call(*args: str) -> None:
        subprocess.run([convlab, *args], cwd=folder, check=True, stdout=subprocess.DEVNULL)

    pages = []
    for name, model in RUNS.items():
        call("train", *DATA, *model, "--name", name, "--ui", "none", "--no-report")
        for lang in ("en", "id"):
            pages.append(folder / f"{name}-{lang}.html")
            call("report", f"artifacts/{name}", "--lang", lang, "--out", pages[-1].name)
    for lang in ("en", "id"):
        pages.append(folder / f"comparison-{lang}.html")
        call("report", *(f"artifacts/{name}" for name in RUNS), "--lang", lang, "--out", pages[-1].name)
    return pages


def check(condition: bool, message: str) -> None:
    if not condition:
        raise SystemExit(f"FAILED: {message}")


def check_filters(page: Page, name: str) -> None:
    """Another filter draws another picture."""
    selector = page.locator("#filter")
    if name.startswith(("dense", "comparison")):
        check(selector.count() == 0, f"{name}: a filter selector without filters")
        return
    canvas = page.locator("#activations canvas").first
    drawn = [canvas.evaluate("canvas => canvas.toDataURL()")]
    for key in ("ArrowRight", "ArrowRight"):
        selector.press(key)
        drawn.append(canvas.evaluate("canvas => canvas.toDataURL()"))
    check(len(set(drawn)) == 3, f"{name}: the filter selector does not change the picture")


def check_matrix(page: Page, name: str) -> None:
    """A cell shows the images it counts."""
    if name.startswith("comparison"):
        return
    buttons, pictures = page.locator("#matrix button"), page.locator("#panel img")
    buttons.last.hover()
    hovered = pictures.evaluate_all("images => images.map(image => image.src)")
    buttons.first.focus()
    page.mouse.move(0, 0)
    focused = pictures.evaluate_all("images => images.map(image => image.src)")
    check(hovered and focused and hovered != focused, f"{name}: a cell of the confusion matrix shows no images")
    widths = page.locator("#panel img").evaluate_all("images => images.map(image => image.naturalWidth)")
    check(all(widths), f"{name}: a picture of the confusion matrix is broken")


def check_page(page: Page, path: Path, width: str, scheme: str) -> None:
    name = path.stem
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else told.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_load_state("networkidle")
    broken = page.evaluate("[...document.images].filter(image => !image.naturalWidth).length")
    undrawn = page.locator("#activations canvas:not([data-filter])").count()
    check(undrawn == 0, f"{name}: {undrawn} activation maps are not drawn")
    check(broken == 0, f"{name}: {broken} pictures are broken")
    check_filters(page, name)
    check_matrix(page, name)
    overhang = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    check(overhang <= 0, f"{name}, {width}: the page is {overhang} pixels wider than the screen")
    findings = [
        f"{finding['id']}: {finding['help']}; {finding['nodes'][0]['html'][:200]}"
        for finding in Axe().run(page).response["violations"]
        if finding["impact"] in ("serious", "critical")
    ]
    check(not findings, f"{name}, {width}, {scheme}:\n" + "\n".join(findings))
    check(not told, f"{name}: " + "; ".join(told))
    page.screenshot(path=path.with_name(f"{name}-{width}-{scheme}.png"), full_page=True)


def main() -> None:
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    folder = Path(sys.argv[2]).resolve()
    shutil.rmtree(folder / "artifacts", ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    names = ("chromium", "chromium-browser", "google-chrome")
    browser_path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    check(browser_path is not None, "no Chromium; install it, or name it with CHROMIUM")
    pages = make_pages(str(Path(sys.argv[1]).resolve()), folder)
    for path in pages:
        check(path.stat().st_size <= BUDGET, f"{path.name} has {path.stat().st_size} bytes, more than {BUDGET}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for width, pixels in WIDTHS.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport={"width": pixels, "height": 900}, color_scheme=scheme)
                for path in pages:
                    page = context.new_page()
                    check_page(page, path, width, scheme)
                    page.close()
                context.close()
        browser.close()
    print(f"{len(pages)} pages, {len(WIDTHS)} widths, light and dark: all checks passed; screenshots in {folder}")


if __name__ == "__main__":
    main()
