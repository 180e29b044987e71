"""The pages of a methodology."""
