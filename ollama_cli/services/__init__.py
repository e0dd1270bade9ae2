"""Servers as objects: a method for each thing they can do, with one request and one parse."""
