"""What each diagnostic means, a module per part of the catalogue."""
