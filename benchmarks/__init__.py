"""What is measured, always against a peer in the same run."""
