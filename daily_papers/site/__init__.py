"""The website: a place to read what the store holds, as files that any web server can serve.

Data flow: ``data`` collects store, keywords and digests; ``cards``, ``formulas`` and ``charts``
turn papers and weeks into what a page shows; ``pages`` fills in the templates; ``feeds`` and
``search_index`` are for programs; ``build`` runs it all, and ``output`` writes what changed.
"""
