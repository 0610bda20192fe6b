"""What Prometheus scrapes: of a worker, what it counts of its work; of a server, the state of the database."""
