"""The JSON that passes between the functions of the stack, checked when it is read."""
