"""Makes one site of all pages, as they stand on any forge, and checks every link between them.

Run it as `sphinx-build -nW --keep-going -c docs . build/site`; it needs the extra `docs`.
"""

import re
import shutil
from pathlib import Path

from sphinx.application import Sphinx

project = "ollama-cli"
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = [
    "*.md",
    "docs/*.md",
    "docs/decisions/*.md",
    "benchmarks/README.md",
]
html_theme = "furo"
html_title = project
html_show_copyright = False
html_show_sphinx = False
myst_heading_anchors = 3  # links name headings as forges do
suppress_warnings = ["misc.highlighting_failure"]  # JSON with an ellipsis in it
linkcheck_ignore = [r"https?://(127\.|192\.168|localhost|host\.docker)", r"https://llm\.example"]


def setup(app: Sphinx) -> None:
    """Have the pages listed at the side, and the README found where a site begins."""
    app.connect("source-read", _list_pages)
    app.connect("build-finished", _begin)


def _list_pages(app: Sphinx, name: str, source: list[str]) -> None:
    """Let the README hold all that it links to, in its order, and the rest behind it."""
    if name != root_doc:
        return
    linked = re.findall(r"\]\(([\w/-]+)\.md(?:#[\w-]*)?\)", source[0])
    others = sorted(app.env.found_docs - {root_doc})
    pages = "\n".join(dict.fromkeys([*linked, *others]))
    source[0] += f"\n```{{toctree}}\n:hidden:\n\n{pages}\n```\n"


def _begin(app: Sphinx, error: Exception | None) -> None:
    first = Path(app.outdir) / f"{root_doc}.html"
    if error is None and first.exists():
        shutil.copyfile(first, first.with_name("index.html"))
