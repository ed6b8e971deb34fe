"""A simulated language model: a server that speaks OpenAI's protocol, for `make run` and for tests.

server         the HTTP server, in a thread or as a process (`python -m devtools.model_simulator`)
replies        replies of the protocol, good and bad, that a test can also script
faults         failures and latencies, by purpose of the request, switched on by flags or `PUT /simulator/faults`
interviewer    the content of replies: questions from the job text, scores that were written in advance, else a refusal
judgements     the hand-written scores of the answers that the demo's personas give
requests       requests as they arrived, and the texts in their prompts
"""
