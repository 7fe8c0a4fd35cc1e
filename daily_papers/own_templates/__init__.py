"""A digest repository's own templates: copying bundled ones, and what is wrong with the copies."""
