"""`make run`: all of Screener on one machine, with nothing to set up, and one interview to look at.

    environment        the environment of the processes, made before Django reads its settings
    preflight          what forbids a start, in one line each
    credentials        the password and keys of this installation
    data               the demo job and its candidates
    processes          starts the child processes, and stops them however the demo ends (process_guard)
    text_views         progress and results as plain text
    follow_interview   follows one interview
    run                the course of it all

It only starts and watches: the interview is planned by `plan_interview` and held by the worker, the webhooks and the
phone network, as any other. Nothing here is imported by the rest.
"""
