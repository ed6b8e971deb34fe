"""`make run`: all of Screener on one machine, with nothing to set up, and one interview to look at.

    environment   what the processes are told, before Django reads its settings
    preflight     what forbids a start, in one line each
    logins        the password and keys of this installation
    data          the demo job and its candidates
    processes     starting the children, and stopping them however we end (leash)
    show          conversations and results as text
    conduct       following one interview on the screen
    run           the course of it all

It only starts and watches: the interview is planned by `plan_interview` and held by the worker, the webhooks and the
phone network, as any other. Nothing here is imported by the rest.
"""
