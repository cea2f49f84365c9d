"""Every write of the platform.

An action is a function of keywords only; it says `by`, and its rows and its trail are written in one transaction or not
at all.
"""
