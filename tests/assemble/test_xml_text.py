"""Our own functions for text in XML say what the standard library's do."""

from __future__ import annotations

from xml.sax import saxutils

import pytest

from qwen_pipeline.assemble import xml_text


@pytest.mark.parametrize("text", ["", "plain", "<a & b>", 'say "hi"', "it's", "both ' and \"", "1\n2\r3\t4", "茶 &amp; 果"])
def test_as_the_library(text: str) -> None:
    assert xml_text.escape(text) == saxutils.escape(text)
    assert xml_text.quoteattr(text) == saxutils.quoteattr(text)
