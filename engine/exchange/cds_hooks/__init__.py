"""CDS Hooks 2.0: a hook that a clinic's software calls → cards.

`answering.HookAnswering` is the way in. Data flow: `request` (bytes → the hook, checked) → `gathering` (prefetch → one record, by
the reader of FHIR; what is not there is named) → `orders` (drafts → interventions) → `bars` (what stands against them) → `cards`,
`order_cards` and `ratings`. `services` has what discovery tells. Nothing here asks a server or a clock.
"""
