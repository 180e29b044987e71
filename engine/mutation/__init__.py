"""Fault seeding: small faults put into a methodology, one at a time, and what catches them.

Read in this order: ``operands``, ``formula_faults`` and ``document_faults`` (what can be wrong), ``mutants`` (the faulty copies),
``homogeneity`` and ``equivalence`` (second opinions), ``affected`` and ``case_runs`` (worked cases run again, as far as a fault
reaches), ``mutate`` (what catches a mutant), ``score``, ``report``, ``commands``.
"""
