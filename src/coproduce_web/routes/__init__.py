"""The addresses of each room, and who may see and do them."""
