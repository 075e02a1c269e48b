"""How the reference scripts write their numbers, so that a regenerated fixture gives a readable diff."""

import json
import re
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def rounded(value, digits):
    """`value` with every float in it, at any depth, cut to `digits` significant digits."""
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item, digits) for item in value]
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    return value


def write(name, content, digits):
    """Writes `content` to `tests/fixtures/<name>`, one line for each innermost list."""
    text = json.dumps(rounded(content, digits), indent=1, allow_nan=False)
    text = re.sub(r"\[[^\[\]{}]*\]", lambda found: " ".join(found.group().split()), text)
    path = FIXTURES / name
    path.write_text(text + "\n")
    print(f"{path}: {len(text) + 1} bytes")
