"""Batches: one plan evaluated for many draws or many projects at once, by code made from the equations.

Read in this order: ``program`` (what it is), ``cells`` and ``lowering`` (from a plan to a program), ``skipping``, ``merging`` and ``factoring``
(the transformations), ``forms`` (which of them make the literal and the optimised form), ``row_layout``, ``numpy_code``, ``lanes``
and ``script_program`` (the three backends; of the second ``lane_code`` and ``lane_machine``), ``batchable`` (the front door).
"""
