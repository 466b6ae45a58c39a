"""The words of the pages' own furniture, one catalogue per language. What alerts say comes from `alerts.wording`."""
