"""The knowledge graph for SPARQL: dataset, check of the query, workers that answer it, other people's services.

    files ──► dataset.Snapshot ──► worker processes (Oxigraph)        service.QueryService
                                        ▲                                   │
    query ──► workers.WorkerPool ───────┴── algebra.check ── results ◄──────┘

Knows only `engine.model`, `engine.errors` and the paths that it is given.
"""
