"""Which berth is free."""
