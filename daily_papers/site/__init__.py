"""The website: a place to read what the store holds, as files that any web server can serve.

Data flow: ``data`` collects store, history and digests; ``rows`` and ``formulas`` turn a paper into
HTML; ``pages`` fills in the templates; ``feeds`` and ``search_index`` are for programs. All of them
give files that are not made yet, each with a key; ``output`` makes and writes those whose key is
another one than in the last build.
"""
