"""Audits of a run, and what they leave behind.

``audits`` lists them in the order in which they are asked; each other file here answers one question of a verifier. ``recompute`` rests on the
room ``second_computation``. ``report`` joins findings with ``rulings_table`` (what each open place of the text is worth). What was claimed,
registered and metered stands in ``desk`` and ``instruments``, what each input does to the result in ``direction``; ``receipts`` writes down
what an audit rested on, and compares such a receipt with what comes out now.
"""
