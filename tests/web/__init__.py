"""`make web-test`: what people see, in a browser. `make test` collects nothing of it and needs none of its packages."""
