"""Experiments on whole processes: their behaviour under faults, and their speed.

    harness/deployment      a deployment for one experiment, with its own database, files and phone network
    harness/database        its server, with data that is migrated once for all deployments
    harness/candidates      the candidates, whose numbers choose their personas
    harness/observations    reads the tables, the files and the phone network's logs
    harness/invariants      finds what was lost, or done twice
    harness/fixtures_cli    creates calls and answers without a phone network
    chaos                   crash tests (make chaos)
    load/calls              speed of webhooks and calls (make bench)
    load/answers            speed of answers (make bench)
    load/recovery           time until work continues after a crash (make bench)

The experiments see the application from outside: they plan interviews through the API, and read the tables and what
the phone network recorded.
"""
