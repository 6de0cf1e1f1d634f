"""What stands in a record → a case, with an account of every resource.

`record.FhirReader` is the way in. Data flow: `bundle` (bytes → resources, at once or, where one is bad, each alone) →
`resources` (structs of what is read) → `whose` (whom they speak of) → a module for each group of resources (resource →
`statements`) → `merging` (statements → the entries of a case, which `decide.case` reads as it reads JSON) → `accounts`.
"""
