"""Uncertainty: from declared distributions of inputs to the distribution of the result (IPCC Approach 2, Monte Carlo).

Read in this order: ``normal`` (the normal distribution as arrays), ``distributions`` (what can be declared), ``distribution_reader`` (its
fields), ``rows``, ``unknowns`` (what is drawn once) and ``correlations``, ``moments`` and ``fit`` (does it fit its value), ``declared`` (all of
it, from a project), ``draws`` (numbers that depend on seed, quantity and draw number only), ``propagation``, ``statistics``, ``deductions``,
``simulation`` (the front door), ``simulation_report`` and ``simulation_picture``; beside it ``sobol`` and ``sensitivity``, ``root_search`` and
``solving``.
"""
