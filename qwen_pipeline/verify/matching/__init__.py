"""What a picture should spell against the lines read in it: `match(expected, lines, free) -> PictureReading`.

normal -> pairing -> alignment -> verdict; `costs` says what a difference is worth, `variants` what is the same word in another
script, `exactness` which strings have no room for any.
"""

from .exactness import needs_exact
from .match import match, match_string, pair
from .normal import Normal, normal
from .pairing import Claim

__all__ = ["Claim", "Normal", "match", "match_string", "needs_exact", "normal", "pair"]
