"""What differs between two versions of the contract, and whom it breaks."""
