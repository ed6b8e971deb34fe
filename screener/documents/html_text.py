"""The text of an HTML file, with its headings and lists. For the child process: no Django."""

from html.parser import HTMLParser

from screener.documents.extraction import Extraction

_HIDDEN = {"script", "style", "template", "noscript", "svg"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = {
    *("p", "div", "br", "hr", "ul", "ol", "table", "tr", "section", "article", "header", "footer", "main", "nav"),
    *("aside", "blockquote", "pre", "dl", "dt", "dd", "address", "figure", "form", "fieldset"),
}


def extract_html(markup: str) -> Extraction:
    collector = TextCollector()
    collector.feed(markup)
    collector.close()
    return Extraction(collector.pieces, "".join(collector.title), " ".join("".join(collector.heading).split()))


class TextCollector(HTMLParser):
    """Collects the text that a browser would show, with line breaks where a block begins."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.title: list[str] = []
        self.heading: list[str] = []
        self._hidden_depth = 0
        self._is_title = self._is_heading = self._has_heading = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden_depth += tag in _HIDDEN
        self._is_title = self._is_title or tag == "title"
        self._is_heading = self._is_heading or (tag == "h1" and not self._has_heading)
        if tag == "li":
            self.pieces.append("\n- ")
        elif tag in _HEADINGS:
            self.pieces.append("\n\n")
        elif tag in ("td", "th"):
            self.pieces.append("\t")
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden_depth = max(0, self._hidden_depth - 1)
        elif tag == "title":
            self._is_title = False
        elif tag in _HEADINGS:
            self._has_heading = self._has_heading or self._is_heading
            self._is_heading = False
        if tag in _HEADINGS or tag == "p":
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self._hidden_depth:
            return
        if self._is_title:
            self.title.append(data)
            return
        self.pieces.append(" ".join(data.split("\n")))
        if self._is_heading:
            self.heading.append(data)
