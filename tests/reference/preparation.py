"""Preparation steps by OpenCV, scikit-image, SciPy and Pillow: writes tests/fixtures/preparation.json.

`images` are small pictures by seed: waves under noise (grey and coloured, of sides that do and do not divide into tiles),
noise alone, shapes with holes and specks, histograms in which several thresholds are equally good, and pictures of one
row, column or pixel. Each case names its image, the steps as a configuration has them, and the picture expected with
its size; `within` is by how many grey levels a value may differ, `share` of how many values that is asked (1 where not
given). Pixels are row by row with their channels together, zlib-compressed, in base64.

A path as the argument adds nothing to the fixture: the photographs in that folder are compared in full size, the
program given as the second argument being run on them (`python3 preparation.py PHOTOS target/debug/convlab`).
"""

import base64
import json
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import cv2
import numpy
import PIL
import scipy
import skimage
from PIL import Image
from scipy import ndimage
from skimage import color, exposure, morphology

import fixture

# IPP, which some builds of OpenCV hold, decides otherwise between thresholds that are equally good.
if hasattr(cv2, "ipp"):
    cv2.ipp.setUseIPP(False)
RANDOM = numpy.random.default_rng(5)


def waves(height, width, channels):
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [110 + 70 * numpy.sin(0.21 * x * (1 + c / 2) + 0.13 * y + 2 * c) for c in range(channels)]
    noisy = numpy.stack(planes, axis=-1) + RANDOM.normal(0, 12, (height, width, channels))
    return noisy.clip(0, 255).astype(numpy.uint8).squeeze()


def shapes(height, width):
    smooth = ndimage.gaussian_filter(RANDOM.random((height, width)), 1.4)
    mask = (smooth > 0.5).astype(numpy.uint8) * 255
    mask[3:13, 4:16] = 255
    mask[6:9, 7:10] = 0
    mask[20, 25] = 255
    # A ring closed by corners only.
    mask[16:21, 5:10] = 0
    for dy, dx in [(0, 1), (1, 0), (1, 2), (2, 1)]:
        mask[17 + dy, 6 + dx] = 255
    return mask


IMAGES = {
    "grey": waves(23, 29, 1),
    "even": waves(24, 32, 1),
    "half": waves(23, 32, 1),
    "color": waves(23, 29, 3),
    "noise": RANDOM.integers(0, 256, (23, 29), dtype=numpy.uint8),
    "confetti": RANDOM.integers(0, 256, (23, 29, 3), dtype=numpy.uint8),
    "shapes": shapes(23, 29),
    "dim": (RANDOM.integers(0, 3, (23, 29)) * 20).astype(numpy.uint8),
    "black": numpy.zeros((5, 7), numpy.uint8),
    "flat": numpy.full((5, 7), 77, numpy.uint8),
    "ties": numpy.repeat(numpy.array([[10, 100, 190]], numpy.uint8), 4, axis=0),
    "stairs": numpy.arange(0, 240, 10, dtype=numpy.uint8).reshape(4, 6),
    "row": waves(1, 29, 1)[None],
    "column": waves(23, 1, 1)[:, None],
    "pixel": numpy.array([[130]], numpy.uint8),
}
CASES = []


def packed(image):
    return base64.b64encode(zlib.compress(numpy.ascontiguousarray(image).tobytes(), 9)).decode()


def described(image):
    channels = 1 if image.ndim == 2 else image.shape[2]
    return {"height": image.shape[0], "width": image.shape[1], "channels": channels, "pixels": packed(image)}


def case(name, steps, expected, within=0, share=1.0):
    expected = numpy.asarray(expected)
    assert expected.dtype == numpy.uint8, (name, steps)
    CASES.append({"image": name, "steps": steps, "within": within, "share": share, **described(expected)})


def on_luma(image, change):
    if image.ndim == 2:
        return change(image)
    ycc = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)
    ycc[..., 0] = change(numpy.ascontiguousarray(ycc[..., 0]))
    return cv2.cvtColor(ycc, cv2.COLOR_YCrCb2RGB)


def clahe(image, clip_limit, tiles):
    return on_luma(image, cv2.createCLAHE(clip_limit, (tiles, tiles)).apply)


def gaussian(image, sigma):
    size = round(6 * sigma + 1) | 1
    return cv2.GaussianBlur(image, (size, size), sigma, borderType=cv2.BORDER_REPLICATE)


def element(kind, size):
    if kind == "disk":
        return morphology.disk(size // 2)
    return cv2.getStructuringElement({"square": cv2.MORPH_RECT, "cross": cv2.MORPH_CROSS}[kind], (size, size))


OPERATIONS = {
    "erode": cv2.MORPH_ERODE,
    "dilate": cv2.MORPH_DILATE,
    "open": cv2.MORPH_OPEN,
    "close": cv2.MORPH_CLOSE,
}


def remove_small(mask, area, largest, neighbours):
    count, labels, stats, _ = cv2.connectedComponentsWithStats((mask > 0).astype(numpy.uint8), connectivity=neighbours)
    # Labels are not everywhere in reading order, so equally large components are told apart by their first pixel.
    first = {label: int(numpy.flatnonzero(labels == label)[0]) for label in range(1, count)}
    kept = [label for label in range(1, count) if stats[label, cv2.CC_STAT_AREA] >= area]
    kept.sort(key=lambda label: (-stats[label, cv2.CC_STAT_AREA], first[label]))
    return numpy.where(numpy.isin(labels, kept[:largest]), mask, 0).astype(numpy.uint8)


def bounding(mask, margin):
    left, top, width, height = cv2.boundingRect(mask)
    rows = slice(max(top - margin, 0), top + height + margin)
    return rows, slice(max(left - margin, 0), left + width + margin)


def contrast():
    for name in ["grey", "even", "half", "noise", "dim", "row", "column", "pixel", "black", "color"]:
        few = [(2.0, 8), (3.5, 4)]
        for clip_limit, tiles in few if name in ["noise", "color"] else [*few, (0.0, 2), (40.0, 1)]:
            step = {"clahe": {"clip_limit": clip_limit, "tiles": tiles}}
            case(name, [step], clahe(IMAGES[name], clip_limit, tiles), 1, 0.99)
    for name in ["grey", "noise", "dim", "flat", "black", "row", "pixel", "color", "confetti"]:
        case(name, ["equalize"], on_luma(IMAGES[name], cv2.equalizeHist), 1, 0.99)
    for name in ["grey", "color"]:
        for gamma in [0.5, 1, 2.2]:
            case(name, [{"gamma": gamma}], exposure.adjust_gamma(IMAGES[name], gamma), 1)


def blurs():
    for name in ["grey", "noise", "color", "row", "pixel"]:
        for sigma in [0.6, 2.5]:
            step = {"blur": {"method": "gaussian", "sigma": sigma}}
            case(name, [step], gaussian(IMAGES[name], sigma), 1)
        for size in [3, 9]:
            step = {"blur": {"method": "median", "size": size}}
            case(name, [step], cv2.medianBlur(IMAGES[name], size).reshape(IMAGES[name].shape))


def thresholds():
    for name in ["grey", "noise", "shapes", "black", "flat", "ties", "stairs", "dim", "row", "pixel"]:
        image = IMAGES[name]
        for invert in [False, True]:
            kind = cv2.THRESH_BINARY_INV if invert else cv2.THRESH_BINARY
            step = {"method": "fixed", "level": 100, "invert": invert}
            case(name, [{"threshold": step}], cv2.threshold(image, 100, 255, kind)[1])
            step = {"method": "otsu", "invert": invert}
            case(name, [{"threshold": step}], cv2.threshold(image, 0, 255, kind | cv2.THRESH_OTSU)[1])
            for method, code in [("mean", cv2.ADAPTIVE_THRESH_MEAN_C), ("gaussian", cv2.ADAPTIVE_THRESH_GAUSSIAN_C)]:
                for size, offset in [(3, 0), (5, -3), (7, 1), (9, 3), (11, 2), (31, 5)]:
                    step = {"method": f"adaptive-{method}", "block_size": size, "offset": offset, "invert": invert}
                    expected = cv2.adaptiveThreshold(image, 255, code, kind, size, offset)
                    share = 1.0 if method == "mean" else 0.99
                    if (name in ["grey", "row"]) or not invert:
                        case(name, [{"threshold": step}], expected.reshape(image.shape), 0, share)


def shapes_of_masks():
    for name in ["shapes", "grey", "color", "row", "pixel"]:
        image = IMAGES[name]
        few = [("disk", 5, 1)]
        for kind, size, iterations in few if name == "color" else [("square", 3, 1), ("square", 7, 2), ("disk", 5, 1), ("disk", 9, 1), ("cross", 5, 2)]:
            for operation, code in OPERATIONS.items():
                step = {"operation": operation, "element": kind, "size": size, "iterations": iterations}
                expected = cv2.morphologyEx(image, code, element(kind, size), iterations=iterations)
                case(name, [{"morphology": step}], expected.reshape(image.shape))


def components():
    mask = IMAGES["shapes"]
    for neighbours in [4, 8]:
        for area, largest in [(1, 1), (1, 3), (9, 99), (40, 2), (10_000, 1)]:
            step = {"area": area, "largest": largest, "neighbours": neighbours}
            case("shapes", [{"remove-small": step}], remove_small(mask, area, largest, neighbours))
        structure = ndimage.generate_binary_structure(2, 1 if neighbours == 4 else 2)
        filled = ndimage.binary_fill_holes(mask, structure)
        case("shapes", [{"fill-holes": {"neighbours": neighbours}}], numpy.where(filled, 255, mask).astype(numpy.uint8))
    # The same by another library.
    small = morphology.remove_small_objects(mask > 0, max_size=8, connectivity=2)
    assert (small == (remove_small(mask, 9, 99, 8) > 0)).all()
    case("black", [{"remove-small": {"largest": 1}}], IMAGES["black"])
    case("black", ["fill-holes"], IMAGES["black"])


def masks():
    for name in ["grey", "color"]:
        image = IMAGES[name]
        steps = [{"channel": "red"}, {"threshold": {"method": "fixed", "level": 150}}]
        first = image if image.ndim == 2 else image[..., 0]
        mask = cv2.threshold(numpy.ascontiguousarray(first), 150, 255, cv2.THRESH_BINARY)[1]
        mask = remove_small(mask, 1, 1, 8)
        steps += [{"remove-small": {"largest": 1}, "keep": "mask"}]
        inside = mask > 0 if image.ndim == 2 else (mask > 0)[..., None]
        mean = numpy.floor(image.mean(axis=(0, 1)) + 0.5).astype(numpy.uint8)
        backgrounds = {"black": 0, "white": 255, "mean": mean}
        for background, value in backgrounds.items():
            expected = numpy.where(inside, image, value).astype(numpy.uint8)
            case(name, [*steps, {"apply-mask": {"background": background}}], expected)
        blurred = numpy.where(inside, image, gaussian(image, 2.0)).astype(numpy.uint8)
        case(name, [*steps, {"apply-mask": {"background": "blurred", "sigma": 2.0}}], blurred, 1)
        for margin in [0, 2, 50]:
            rows, columns = bounding(mask, margin)
            crop = {"bounding-crop": {"margin": margin}}
            case(name, [*steps, crop], mask[rows, columns])
            shown = numpy.where(inside, image, 0).astype(numpy.uint8)[rows, columns]
            case(name, [*steps, crop, "apply-mask"], shown)
            crop = {"bounding-crop": {"mask": "mask", "margin": margin}, "from": "original"}
            case(name, [*steps, "equalize", crop], image[rows, columns])


def colors():
    for name in ["color", "confetti"]:
        image = IMAGES[name]
        case(name, ["grayscale"], (color.rgb2gray(image) * 255).round().astype(numpy.uint8), 1)
        hsv, lab = cv2.cvtColor(image, cv2.COLOR_RGB2HSV), cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
        planes = dict(zip(["red", "green", "blue"], numpy.moveaxis(image, 2, 0)))
        planes |= dict(zip(["hue", "saturation", "value"], numpy.moveaxis(hsv, 2, 0)))
        for channel, plane in planes.items():
            case(name, [{"channel": channel}], plane, 0 if channel in ["red", "green", "blue", "value"] else 1)
        for channel, plane in zip(["lab-l", "lab-a", "lab-b"], numpy.moveaxis(lab, 2, 0)):
            case(name, [{"channel": channel}], plane, 1)
        case(name, [{"channel": "lab"}], lab, 1)
        for height, width in [(12, 15), (50, 61)]:
            expected = numpy.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR))
            case(name, [{"resize": {"height": height, "width": width}}], expected, 1)


def photographs(folder, program):
    """Compares the program with the libraries on every photograph of `folder`, in its full size."""
    grey = lambda image: cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    disk = morphology.disk(4)
    checks = {
        '[{ clahe = { clip_limit = 2.0, tiles = 8 } }]': (lambda image: clahe(image, 2.0, 8), 1),
        '["equalize"]': (lambda image: on_luma(image, cv2.equalizeHist), 1),
        '[{ blur = { method = "median", size = 5 } }]': (lambda image: cv2.medianBlur(image, 5), 0),
        '[{ blur = { sigma = 2.0 } }]': (lambda image: gaussian(image, 2.0), 1),
        '[{ channel = "red" }, "threshold"]': (
            lambda image: cv2.threshold(numpy.ascontiguousarray(image[..., 0]), 0, 255, cv2.THRESH_OTSU)[1], 0),
        '[{ channel = "green" }, { threshold = { method = "adaptive-mean", block_size = 31 } }]': (
            lambda image: cv2.adaptiveThreshold(numpy.ascontiguousarray(image[..., 1]), 255,
                                                cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 31, 2), 0),
        '[{ channel = "green" }, { threshold = { method = "adaptive-gaussian", block_size = 31 } }]': (
            lambda image: cv2.adaptiveThreshold(numpy.ascontiguousarray(image[..., 1]), 255,
                                                cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 31, 2), 0),
        '[{ morphology = { operation = "open", element = "disk", size = 9 } }]': (
            lambda image: cv2.morphologyEx(image, cv2.MORPH_OPEN, disk), 0),
        '[{ channel = "red" }, "threshold", { remove-small = { area = 200 } }]': (
            lambda image: remove_small(cv2.threshold(numpy.ascontiguousarray(image[..., 0]), 0, 255,
                                                     cv2.THRESH_OTSU)[1], 200, None, 8), 0),
        '[{ channel = "hue" }]': (lambda image: cv2.cvtColor(image, cv2.COLOR_RGB2HSV)[..., 0], 1),
        '[{ channel = "lab" }]': (lambda image: cv2.cvtColor(image, cv2.COLOR_RGB2LAB), 1),
    }
    files = sorted(path for path in Path(folder).iterdir() if path.suffix in [".jpg", ".png"])
    with tempfile.TemporaryDirectory() as place:
        # As PNG, so that decoders of JPEG have no part in it.
        inputs = Path(place) / "in"
        inputs.mkdir()
        images = {path.stem: numpy.asarray(Image.open(path).convert("RGB")) for path in files}
        for stem, image in images.items():
            Image.fromarray(image).save(inputs / f"{stem}.png")
        for number, (steps, (expected, within)) in enumerate(checks.items()):
            out = Path(place) / str(number)
            command = [program, "prepare", inputs, f"preprocess.steps={steps}", "--out", out]
            subprocess.run(command, check=True, capture_output=True)
            worst, outside, values = 0, 0, 0
            for stem, image in images.items():
                seen = numpy.asarray(Image.open(out / f"{stem}.png")).astype(int)
                away = numpy.abs(seen - expected(image).astype(int))
                worst = max(worst, int(away.max()))
                outside += int((away > within).sum())
                values += away.size
            print(f"{steps}: largest difference {worst}, {100 * outside / values:.4f}% of values more than {within} away")


if len(sys.argv) == 3:
    photographs(*sys.argv[1:])
else:
    for part in [contrast, blurs, thresholds, shapes_of_masks, components, masks, colors]:
        part()
    versions = {"opencv": cv2.__version__, "scikit-image": skimage.__version__, "scipy": scipy.__version__,
                "pillow": PIL.__version__, "numpy": numpy.__version__}
    images = {name: described(image) for name, image in IMAGES.items()}
    fixture.write("preparation.json", {"versions": versions, "images": images, "cases": CASES}, 6)
    print(len(CASES), "cases")
