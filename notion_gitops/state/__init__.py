"""Codecs for what stands on the state branch, and for the conflict files.

Pure: text to model and back. The same content gives the same bytes. What only a machine writes is
`StateUnusable` when it is damaged; what people write too is `InvalidInput`, with its place.
"""
