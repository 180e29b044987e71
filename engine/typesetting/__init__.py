"""What documents and pictures are set with: fonts, mathematics, pictures."""
