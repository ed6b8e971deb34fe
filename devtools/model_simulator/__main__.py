from devtools.model_simulator.server import main

main()
