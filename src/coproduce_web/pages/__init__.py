"""What people see: one module a room, each a set of functions from a request to a page."""
