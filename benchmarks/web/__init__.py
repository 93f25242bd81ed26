"""A simulated web: many hosts on loopback, each with its own manners, that count what they are asked."""
