"""`make run`: all of Screener on one machine, without any setup, and one interview to look at.

    environment        the environment of the processes, built before Django reads its settings
    errors             errors that end the demo, each with a code
    preflight          checks before the start
    credentials        the password and keys of this installation
    data               the demo job and its candidates
    processes          starts the child processes, and stops them however the demo ends (process_guard)
    text_views         progress, results and addresses as plain text
    follow_interview   follows one interview
    run                the whole sequence

The demo only starts and watches. The interview is planned by `plan_interview`, and held by the worker, the webhooks and
the phone network, as in any deployment. The apps import none of these modules.
"""
