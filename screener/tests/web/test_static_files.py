"""Scripts of a deployment: each page's modules in one file, whose name has the hash of all of them."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from screener.static_files.javascript_bundle import UnsupportedModule, bundle_modules
from screener.static_files.storage import BUNDLED, StaticFilesStorage

ENTRY = "app/main.js"


def bundle(sources: Mapping[str, str]) -> str:
    return bundle_modules(ENTRY, lambda path: sources[path])


def test_modules_come_before_their_importers() -> None:
    """Each once, under names of its own."""
    joined = bundle(
        {
            ENTRY: 'import { a, b as c } from "./one.js";\nimport { d } from "./deep/two.js";\nrun(a, c, d);\n',
            "app/one.js": "export const a = 1;\nexport function b() {}\nconst hidden = 2;\n",
            "app/deep/two.js": 'import { b } from "../one.js";\nexport class d { e = () => import("./three.js"); }\n',
            "app/deep/three.js": "export async function e() {}\n",
        }
    )
    starts = [joined.index(part) for part in ("const a = 1", "async function e", "class d", "run(a, c, d)")]
    assert starts == sorted(starts)
    assert joined.count("const a = 1") == 1
    assert "return { a, b };" in joined
    assert "const { a, b: c } = module0;" in joined
    assert "Promise.resolve(module1)" in joined
    assert "import" not in joined
    assert "export" not in joined


@pytest.mark.parametrize(
    "sources",
    [
        {ENTRY: 'import all from "./one.js";\n'},
        {ENTRY: "export default 1;\n"},
        {ENTRY: 'import { a } from "./one.js";\n', "app/one.js": f'import {{ b }} from "/{ENTRY}";\n'},
        {ENTRY: 'import { a } from "./one.js";\n', "app/one.js": 'import { b } from "./main.js";\n'},
        {ENTRY: 'import { a } from "./x/one.js";\n', "app/x/one.js": "const here = import.meta.url;\n"},
    ],
)
def test_other_notation_is_refused(sources: Mapping[str, str]) -> None:
    with pytest.raises(UnsupportedModule):
        bundle(sources)


def test_deployment_has_bundle(tmp_path: Path) -> None:
    """Collected twice: the second time the bundle stands where its module was."""
    static = settings.BASE_DIR / "static"
    source = FileSystemStorage(static)
    files = [str(path.relative_to(static)) for path in (static / "screener/room").rglob("*.js")]
    storage = StaticFilesStorage(location=tmp_path, base_url="/static/")
    for _ in range(2):
        for name in files:
            if not storage.exists(name):
                storage.save(name, ContentFile((static / name).read_bytes()))
        list(storage.post_process({name: (source, name) for name in files}))
        (entry,) = BUNDLED
        hashed = json.loads((tmp_path / "staticfiles.json").read_text())["paths"][entry]
        content = (tmp_path / hashed).read_text()
        assert content == bundle_modules(entry, lambda path: (static / path).read_text())
        assert (tmp_path / f"{hashed}.gz").exists()
