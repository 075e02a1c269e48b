"""JPEG files and their pixels by Pillow (libjpeg-turbo): writes tests/fixtures/jpeg.json.

Each file shows the same waves, 21 pixels wide and 13 high (no multiple of a block), and holds one way in which JPEG
stores an image: colour channels at full, half and quarter resolution, grey, progressive, with restart markers, and
inks (CMYK, inverted as the field's programs store them; the pixels are RGB by Pillow's conversion). `file` and `pixels`
are base64, the pixels row by row with their channels together.
"""

import base64
import io

import numpy
import PIL
from PIL import Image, features

import fixture

HEIGHT, WIDTH = 13, 21


def waves():
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    channels = [127.5 + 127.5 * numpy.sin(0.4 * x * (1 + c) + 0.7 * y + 2 * c) for c in range(3)]
    return Image.fromarray(numpy.stack(channels, axis=-1).astype(numpy.uint8))


def case(image, **options):
    file = io.BytesIO()
    image.save(file, "jpeg", quality=80, **options)
    decoded = Image.open(io.BytesIO(file.getvalue()))
    decoded = decoded.convert("L" if decoded.mode == "L" else "RGB")
    return {
        "channels": len(decoded.getbands()),
        "file": base64.b64encode(file.getvalue()).decode(),
        "pixels": base64.b64encode(decoded.tobytes()).decode(),
    }


image = waves()
cases = {
    "full": case(image, subsampling="4:4:4"),
    "half": case(image, subsampling="4:2:2"),
    "quarter": case(image, subsampling="4:2:0"),
    "progressive": case(image, subsampling="4:2:0", progressive=True),
    "restarts": case(image, subsampling="4:2:0", restart_marker_blocks=1),
    "grey": case(image.convert("L")),
    "inks": case(image.convert("CMYK")),
}
versions = {"pillow": PIL.__version__, "libjpeg-turbo": features.version("libjpeg_turbo")}
fixture.write("jpeg.json", {"versions": versions, "width": WIDTH, "height": HEIGHT, "cases": cases}, 6)
