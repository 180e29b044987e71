"""Comparison: of two specs, two projects or two submissions, and the way of a project from one version to another.

``compare_specs``, ``compare_equations`` and ``compare_projects`` say what differs; ``meaning`` (over ``algebra``) what a changed equation means;
``effect`` (over ``hybrid``) what each edit moves; ``difference`` joins them. ``migrate`` carries a project file over.
"""
