"""Prints the licences of the crates in the program for a target: third_party.py TARGET

Licences such as MIT and BSD ask that their text and the names of the authors go with every copy, also a compiled one.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = "convlab"
LICENCE = re.compile(r"^(licen[cs]e|copying|notice|unlicense|copyright)", re.IGNORECASE)


def crates_in_program(metadata):
    """The packages that the program is linked from: neither what only builds it, nor macros."""
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    own = set(metadata["workspace_members"])
    is_macro = lambda id: any("proc-macro" in target["kind"] for target in packages[id]["targets"])
    todo = [id for id in own if packages[id]["name"] == PROGRAM]
    seen = set(todo)
    while todo:
        for dependency in nodes[todo.pop()]["deps"]:
            id = dependency["pkg"]
            is_linked = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            if is_linked and not is_macro(id) and id not in seen:
                seen.add(id)
                todo.append(id)
    found = [packages[id] for id in seen - own]
    return sorted(found, key=lambda package: (package["name"], package["version"]))


def licence_files(package):
    """The texts in the folder of a crate, and of what it brings along from others."""
    folder = Path(package["manifest_path"]).parent
    files = [path for path in folder.rglob("*") if path.is_file() and LICENCE.match(path.name)]
    return sorted(path for path in files if path.suffix not in {".rs", ".c", ".h", ".html"})


def main():
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", sys.argv[1]]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    crates = crates_in_program(metadata)
    texts = {}
    for package in crates:
        for path in licence_files(package):
            text = path.read_text(encoding="utf-8", errors="replace").strip()
            # The same words in other lines are the same licence.
            users = texts.setdefault(" ".join(text.split()), (text, []))[1]
            users.append(f"{package['name']} {package['version']}")
    lines = [f"{PROGRAM} contains these crates, under these licences:", ""]
    for package in crates:
        licence = package["license"] or f"see {package['license_file']}"
        lines.append(f"{package['name']} {package['version']}: {licence} ({package['repository'] or 'no address'})")
    for text, users in texts.values():
        lines += ["", "=" * 80, ", ".join(sorted(set(users))), "=" * 80, "", text]
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
