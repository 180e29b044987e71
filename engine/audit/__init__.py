"""Audits of a run, and what they leave behind.

``audits`` lists them in the order in which they are asked; each other file here answers one question of a verifier. ``recompute`` rests on
``scalar_path``, the second way to every number. ``report`` joins findings with ``rulings_table`` (what each open place of the text is worth),
``receipt`` writes down what an audit rested on and ``verification`` compares such a receipt with what comes out now.
"""
