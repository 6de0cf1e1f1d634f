"""A Decision in other people's formats: articles for clinicians and patients, provenance graphs, messages of other systems.

Nothing here decides anything: what a format says is what the decision says, with the knowledge's own words.
"""
