"""The checks, a module a subject. Each is a function: what it is given is looked at, what it yields is what was found."""
