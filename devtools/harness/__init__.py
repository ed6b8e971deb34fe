"""Experiments on whole processes: what faults do to them, and how fast they are.

    chaos     crash tests (make chaos)          calls     how fast webhooks and calls are (make bench)
    answers   how fast answers are (make bench)      recovery  how soon a killed worker is back (make bench)
    strikes   what is done to the processes     load      a client that sends signed webhooks at its own pace
    accounts  what was lost, or done twice      bare      the Django view that ours is measured beside
    house     a deployment made for one experiment, with a database, files and a phone network of its own
    people    who is interviewed                model     the language model that they are judged by

They see the application from outside: they plan over the API, and judge by the tables and by what the network saw.
"""
