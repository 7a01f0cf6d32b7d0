"""A title as a part of a key."""

import re
import unicodedata

# Latin letters that Unicode does not take apart into a plain letter and a mark.
_LETTERS = str.maketrans("øØłŁđĐðÐħĦ\N{LATIN SMALL LETTER DOTLESS I}", "oollddddhhi")
_DIGRAPHS = str.maketrans({"ß": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "þ": "th"})
_APOSTROPHES = str.maketrans("", "", "'\N{RIGHT SINGLE QUOTATION MARK}")


def slug(title: str, limit: int = 40) -> str:
    """The title in a-z, 0-9 and single hyphens, at most `limit` long, cut between words.

    Letters lose their accents; other scripts have no spelling here, so a title that is written
    in one of them alone gives an empty slug. The same title gives the same slug for ever.
    """
    spelled = title.translate(_LETTERS).translate(_DIGRAPHS).translate(_APOSTROPHES)
    plain = unicodedata.normalize("NFKD", spelled)
    ascii_only = plain.encode("ascii", "ignore").decode("ascii").lower()
    whole = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    if len(whole) <= limit:
        return whole
    cut = whole[: limit + 1].rpartition("-")[0] or whole[:limit]
    return cut.strip("-")
