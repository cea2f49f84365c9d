"""Qualitative comparative analysis: from configurations of conditions to the combinations that go with an outcome."""
