"""What a formula means in a methodology: names, scope, kinds, dimensions."""
