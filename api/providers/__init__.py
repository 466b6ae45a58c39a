"""Where providers call back from outside: receipts, and what people answer."""
