"""The conditions of checks without code: JMESPath, examined and evaluated within bounds."""
