"""The verifier's desk: what other documents say of the cells of a run, beside what is recomputed.

``statements`` reads what documents state, each number with its printed precision (``statement``). ``comparison`` sets them against a run and tells
where they part first: ``claimed_run`` is the run that goes on with what is claimed. ``diagnosis`` asks which known slip gives the claimed digits:
slips come from ``formula_slips``, ``cell_slips`` (with those of ``series_slips``, ``trade_units``, ``sample_slips`` and ``warming_slips``) and
``run_slips``, are tried many at a time by ``variants`` and ranked by ``ranking``; ``alike`` tells what numbers that none explains have in common.
``design`` reads the registered design, ``estimates`` and ``planned`` set it beside the run, ``design_findings`` says what is found, and ``moved``
how many tonnes hang on it. ``cross_checks`` holds numbers against each other, ``cross_check_findings`` says
what does not hold. ``desk`` joins all of it, ``desk_text`` shows it.
"""
