"""The way of news to its destinations: each once, held in quiet hours, parked where a destination does not take it."""
