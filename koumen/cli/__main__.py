"""``python -m koumen.cli``, for the programs that are started by us."""

from koumen.cli.main import main

main()
