"""What editors type: every piece of content comes back from its form as it went in."""

import pytest

from config import files
from config.settings import CONTENT_DIR
from handlers import typed
from models.content import plain

PIECES = files.read(CONTENT_DIR)


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: f"{piece.shelf}/{piece.key}")
def test_piece_comes_back_as_it_went_in(piece):
    fields = typed.fields(piece.shelf, plain(piece.body))

    sent = typed.body(piece.shelf, lambda name: fields.get(name, "").replace("\n", "\r\n").strip())

    assert plain(sent) == plain(piece.body)
