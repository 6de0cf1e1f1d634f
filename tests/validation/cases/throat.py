"""A case about the small knowledge, with its screens."""

GOOD = """
- name: Exudate and nodes
  narrative: Two signs are enough.
  case:
    present: [sore_throat, tonsillar_exudate, tender_nodes]
    absent: [penicillin_allergy]
    absent_screens: [signs]
    unknown: [fever]
    measurements: {age_months: 24}
  expect:
    urgency: undetermined
    verdicts:
      give-penicillin: provisional because of refer-at-once
      strep-throat-from-signs: holds
      no-antibiotic: not-indicated
      T01: undetermined
    conditions: {strep_throat: suspected}
    asks: [drooling, temperature_c]
    asks_not: [sore_throat]
    notices_not: [contradictory-input]
    gaps_not: [nodes-alone]
"""

SCREENS = "signs: [strep_sign, tonsillar_exudate, tender_nodes, fever]\n"
