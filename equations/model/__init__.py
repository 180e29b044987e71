"""The frozen model of a methodology: quantities, equations, sets, datasets, rulings."""
