"""Patterns of texts that clients send, for the schemas and for the words that refuse them."""

VISIBLE = r"^[^\x00-\x1f\x7f]*$"
"""No control characters: they are in no name we store, and PostgreSQL refuses NUL."""

PATH_PART = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"
"""What can stand in a path as it is."""

IN_WORDS = {
    VISIBLE: "must not hold control characters",
    PATH_PART: "must begin with a letter or digit and hold only these and . _ : -",
}
