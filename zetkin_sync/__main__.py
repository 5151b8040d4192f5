"""`python -m zetkin_sync` is `zetkin-sync`."""

from zetkin_sync.cli import main

main()
