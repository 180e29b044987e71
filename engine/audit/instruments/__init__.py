"""Meters beside the numbers that they read: days, calibrations, readings, documents."""
