"""Reports for people and machines: each is one structure, laid out as text, Markdown and JSON.

A pure function turns nouns of the model into a view of unescaped strings; a thin renderer for
each form lays the view out and escapes every string of it; JSON comes from the nouns themselves.
"""
