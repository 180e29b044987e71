"""Uncertainty: from declared distributions of inputs to the distribution of the result (IPCC Approach 2, Monte Carlo).

Read in this order: ``normal`` (the normal distribution as arrays), ``distributions`` (what can be declared), ``declared``
(reading it from a
project), ``draws`` (numbers that depend on seed, quantity and draw number only), ``statistics``, ``deductions``, ``simulation``
(the front door), ``simulation_report`` and ``simulation_picture``.
"""
