"""The website: a place to read what the store holds, as files that any web server can serve.

The way of the data: ``library`` gathers store, keywords and digests; ``cards``, ``charts`` and
``maths`` make of each paper and each week what a page shows; ``pages`` fills the templates in;
``feeds``, ``downloads`` and ``search_index`` are for programs; ``output`` writes what changed.
"""
