"""Warps and a blur by OpenCV, changes of colour by Pillow: writes tests/fixtures/augmentation.json.

Three images, 8-bit values `[channels, height, width]` in base64: noise, smooth waves, and a photograph of a cat
(`skimage.data.chelsea`, made small). Every warp is `cv2.warpAffine` with INTER_LINEAR by the recorded matrix, in each of
the three ways to see beyond the border; `constant` has the grey level 77. `rotation`, where recorded, is what
`cv2.getRotationMatrix2D` made the matrix from, about the middle of the image: degrees and factor. The blur is
`cv2.GaussianBlur` with BORDER_REPLICATE and a kernel as wide as that of the `image` crate, the rest `ImageEnhance` and
`ImageOps`.
"""

import base64

import cv2
import numpy
import PIL
import skimage
from PIL import Image, ImageEnhance, ImageOps

import fixture

BORDERS = {"nearest": cv2.BORDER_REPLICATE, "constant": cv2.BORDER_CONSTANT, "reflect": cv2.BORDER_REFLECT}
LEVEL = 77


def encoded(image):
    """`[height, width]` or `[height, width, channels]` as base64 of `[channels, height, width]`."""
    planes = image[None] if image.ndim == 2 else image.transpose(2, 0, 1)
    return base64.b64encode(numpy.ascontiguousarray(planes).tobytes()).decode()


def images():
    y, x = numpy.mgrid[0:14, 0:25]
    waves = 127.5 + 127.5 * numpy.sin(0.35 * x + 0.2 * y) * numpy.cos(0.15 * x - 0.3 * y)
    cat = skimage.data.chelsea()[:, 60:360]
    return {
        "noise": numpy.random.default_rng(42).integers(0, 256, (17, 23), dtype=numpy.uint8),
        "waves": numpy.round(waves).astype(numpy.uint8),
        "photograph": cv2.resize(cat, (20, 24), interpolation=cv2.INTER_AREA),
    }


def matrices(height, width):
    """`(rotation, matrix)`: turned and enlarged; moved; sheared and mirrored; turned far and made small."""
    middle = ((width - 1) / 2, (height - 1) / 2)
    for rotation in [(17.0, 1.2), (-130.0, 0.45)]:
        yield rotation, cv2.getRotationMatrix2D(middle, *rotation)
    yield None, numpy.array([[1.0, 0.0, 3.25], [0.0, 1.0, -2.6]])
    yield None, numpy.array([[-0.9, 0.35, width - 2.0], [0.1, 1.1, -1.7]])


def warps(image):
    height, width = image.shape[:2]
    for rotation, matrix in matrices(height, width):
        results = {
            name: cv2.warpAffine(image, matrix, (width, height), None, cv2.INTER_LINEAR, border, (LEVEL,) * 3)
            for name, border in BORDERS.items()
        }
        # The map is given in full, so that both sides invert the same numbers.
        yield {"matrix": matrix.tolist(), "rotation": rotation} | {k: encoded(v) for k, v in results.items()}


def colors(image):
    pixels = Image.fromarray(image)
    results = {
        f"{name} {factor}": enhance(pixels).enhance(factor)
        for name, enhance in [
            ("brightness", ImageEnhance.Brightness),
            ("contrast", ImageEnhance.Contrast),
            ("saturation", ImageEnhance.Color),
            ("sharpness", ImageEnhance.Sharpness),
        ]
        for factor in [0.4, 1.7]
    }
    results["posterize 5"] = ImageOps.posterize(pixels, 5)
    results["solarize 100"] = ImageOps.solarize(pixels, 100)
    results["autocontrast 0"] = ImageOps.autocontrast(pixels)
    results["equalize 0"] = ImageOps.equalize(pixels)
    found = {name: encoded(numpy.asarray(result)) for name, result in results.items()}
    for sigma, width in [(0.6, 3), (1.5, 7)]:
        blurred = cv2.GaussianBlur(image, (width, width), sigma, borderType=cv2.BORDER_REPLICATE)
        found[f"blur {sigma}"] = encoded(blurred)
    return found


cases = [
    {
        "name": name,
        "shape": [1 if image.ndim == 2 else image.shape[2], *image.shape[:2]],
        "pixels": encoded(image),
        "warps": list(warps(image)),
        "colors": colors(image),
    }
    for name, image in images().items()
]
versions = {"opencv": cv2.__version__, "pillow": PIL.__version__, "scikit-image": skimage.__version__}
fixture.write("augmentation.json", {"versions": versions, "level": LEVEL, "images": cases}, 17)
