"""What a verification leaves behind: the receipt, its verification, the statement with its opinion."""
