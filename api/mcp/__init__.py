"""The door for assistants (Model Context Protocol): `server` and below need its SDK, which comes with the extra `mcp`."""
